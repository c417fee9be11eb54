// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Finds frames in what is heard, however it is cut, glued or spoiled. A frame whose check sum is wrong is never one. Holds
 * at most the longest frame of its format.
 */
public final class FrameParser {
    /** What came. */
    public sealed interface Heard {
        record Frame(Bytes content) implements Heard {}

        /** Octets that are no frame, or a frame that does not check out. */
        record Garbled(String why) implements Heard {}
    }

    /** Where the parser stands. */
    public sealed interface State {
        /** Waits for the beginning of a frame; {@code passed} octets were none. */
        record Hunting(int passed) implements State {}

        /** {@code have} octets of a frame are there. */
        record Gathering(int have) implements State {}

        /** Lets pass what has begun before it listened, or was too long, up to the next end. */
        record Skipping() implements State {}
    }

    private final FrameFormat format;
    private final byte[] start;
    private final byte[] end;
    private final byte[] octets;
    private int length;
    private int wanted; // the length of the frame that has begun; 0 until it is known
    private State state;
    private final byte[] again; // what is looked at once more, from nextAgain on; together with octets never too long
    private int nextAgain;
    private boolean synced = true; // knows where frames begin
    private boolean candidate; // a frame was found while not synced; the next one, directly behind it, proves it

    /** For what is heard from the first octet on, such as an answer. */
    public FrameParser(FrameFormat format) {
        this.format = format;
        this.start = format.shape().start().toArray();
        this.end = format.shape().end().toArray();
        this.octets = new byte[format.longest()];
        this.again = new byte[format.longest()];
        this.nextAgain = again.length;
        this.state = new State.Hunting(0);
    }

    /** For what is heard from somewhere in the midst of it: half a frame at the beginning is passed over. */
    public static FrameParser midstream(FrameFormat format) {
        var parser = new FrameParser(format);
        boolean headless = parser.start.length == 0;
        parser.synced = false;
        if (headless && (parser.end.length > 0 || format.shape() instanceof FrameFormat.Shape.Idle)) {
            parser.state = new State.Skipping();
        }
        return parser;
    }

    public State state() {
        return state;
    }

    public List<Heard> accept(byte[] heard, int count) {
        List<Heard> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            accept(heard[i], found);
            while (nextAgain < again.length) {
                accept(again[nextAgain++], found);
            }
        }
        return found;
    }

    /** To be called when the line was silent for the gap of the format, or when no more is expected. */
    public List<Heard> silence() {
        List<Heard> found = new ArrayList<>();
        boolean idle = format.shape() instanceof FrameFormat.Shape.Idle;
        switch (state) {
            case State.Gathering(int have) -> {
                if (idle) {
                    judge(have, found);
                } else {
                    found.add(new Heard.Garbled("a frame broke off after " + have + " octets"));
                    // the rest of it may come still, and is no frame
                    synced = synced && !sliding();
                    begin();
                    state = start.length == 0 && !sliding() ? new State.Skipping() : state;
                }
            }
            case State.Hunting(int passed) -> {
                tellPassed(passed, found);
                begin();
            }
            case State.Skipping() -> {
                if (idle) { // what begins after a silence begins at its beginning
                    begin();
                }
            }
        }
        candidate = false;
        return found;
    }

    private void begin() {
        length = 0;
        wanted = 0;
        state = new State.Hunting(0);
    }

    private void accept(byte octet, List<Heard> found) {
        octets[length++] = octet;
        if (state instanceof State.Skipping) {
            skip();
            return;
        }
        if (state instanceof State.Hunting(int passed)) {
            hunt(passed, found);
            if (!(state instanceof State.Gathering)) {
                return;
            }
        } else if (wanted == 0 && beginsAnew()) {
            found.add(new Heard.Garbled(
                    "a frame broke off after " + (length - start.length) + " octets, the next one began"));
            System.arraycopy(start, 0, octets, 0, start.length);
            length = start.length;
        }
        state = new State.Gathering(length);
        if (wanted == 0) {
            wanted = end.length > 0 && endsWith(end) && length >= start.length + end.length
                    ? length + format.behindEnd()
                    : format.announced(octets, length);
        }
        if (wanted > octets.length || (length == octets.length && wanted != length)) {
            tooLong(found);
        } else if (wanted != 0 && length == wanted) {
            judge(length, found);
        }
    }

    /** Keeps of what has come only what can be the beginning of a start. */
    private void hunt(int passed, List<Heard> found) {
        int from = 0;
        while (!beginsLikeStart(from)) {
            from++;
        }
        int gone = passed;
        for (int i = 0; i < from; i++) {
            // line ends and padding between frames are no noise
            gone += octets[i] > ' ' || octets[i] < 0 ? 1 : 0;
        }
        System.arraycopy(octets, from, octets, 0, length - from);
        length -= from;
        if (length > 0 && length >= start.length || gone >= octets.length) {
            tellPassed(gone, found);
            gone = 0;
        }
        state = length > 0 && length >= start.length ? new State.Gathering(length) : new State.Hunting(gone);
    }

    private boolean beginsLikeStart(int from) {
        int compared = Math.min(length - from, start.length);
        return Arrays.equals(octets, from, from + compared, start, 0, compared);
    }

    private void tellPassed(int passed, List<Heard> found) {
        candidate = candidate && passed == 0;
        if (passed > 0 && synced) {
            found.add(new Heard.Garbled(passed + " octets between frames"));
        }
    }

    private boolean beginsAnew() {
        return end.length > 0 && start.length > 0 && length > start.length && endsWith(start);
    }

    private boolean endsWith(byte[] tail) {
        return length >= tail.length && Arrays.equals(octets, length - tail.length, length, tail, 0, tail.length);
    }

    private void skip() {
        if (end.length > 0 && endsWith(end)) {
            begin();
        } else if (length >= Math.max(end.length, 1)) {
            int keep = Math.max(0, end.length - 1);
            System.arraycopy(octets, length - keep, octets, 0, keep);
            length = keep;
        }
    }

    private void tooLong(List<Heard> found) {
        if (synced || start.length > 0) {
            found.add(new Heard.Garbled("more than " + octets.length + " octets without the end of a frame"));
        }
        if (start.length > 0 || sliding()) {
            searchBehindFirst();
        } else {
            begin();
            state = new State.Skipping();
        }
    }

    /** A whole frame's octets are there. */
    private void judge(int have, List<Heard> found) {
        Optional<Bytes> content = format.content(octets, have);
        if (content.isPresent()) {
            // octets in the midst of a frame of known length can look like one: the first counts when a second follows
            // it
            if (synced || !sliding() || candidate) {
                found.add(new Heard.Frame(content.get()));
                synced = true;
            } else {
                candidate = true;
            }
            begin();
            return;
        }
        candidate = false;
        boolean ended = start.length == 0 && (end.length > 0 || format.shape() instanceof FrameFormat.Shape.Idle);
        if (synced || start.length > 0 || ended) {
            found.add(new Heard.Garbled("the check sum of a frame of " + have + " octets is wrong"));
        }
        if (ended) {
            begin(); // its end is known, so is the next beginning
        } else {
            searchBehindFirst();
        }
    }

    /** Whether frames are found by their length, not by their end. */
    private boolean sliding() {
        return format.shape() instanceof FrameFormat.Shape.Fixed || format.shape() instanceof FrameFormat.Shape.Counted;
    }

    /** The first octet was no beginning: looks whether a later one is. */
    private void searchBehindFirst() {
        nextAgain -= length - 1;
        System.arraycopy(octets, 1, again, nextAgain, length - 1);
        synced = synced && !sliding();
        begin();
    }
}
