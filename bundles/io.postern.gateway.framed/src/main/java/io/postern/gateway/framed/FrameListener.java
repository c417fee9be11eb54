// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.framed;

import io.postern.gateway.spi.Line;
import io.postern.sensor.framed.FrameFormat;
import io.postern.sensor.framed.FrameKind;
import io.postern.sensor.framed.FrameParser;
import io.postern.sensor.framed.FrameParser.Heard;
import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Hears frames on a channel and tells the line of each. Used by the line's thread alone, for one task. */
final class FrameListener {
    // a system hands over what it has in pieces: within a frame, silence shorter than this is none
    private static final Duration HITCH = Duration.ofMillis(200);
    // the kernel keeps 4 095 octets of a terminal; what is read beyond twice that has just come
    private static final int MOST_STALE = 8_192;
    private static final int READ = 512;

    private final Line.Channel channel;
    private final LongSupplier nanoTime;
    private final byte[] buffer = new byte[READ];
    private Optional<String> trouble = Optional.empty();

    FrameListener(Line.Channel channel, LongSupplier nanoTime) {
        this.channel = channel;
        this.nanoTime = nanoTime;
    }

    /** Content as it can stand in a message. */
    static String shown(Bytes content) {
        return Shown.of(new String(content.toArray(), StandardCharsets.ISO_8859_1).strip());
    }

    /**
     * Sends a question and waits for its answer.
     *
     * @param what as messages call the answer
     * @param patience until the answer begins
     * @param wanted whether a frame is the answer; others are passed over
     * @throws IOException when none came
     */
    Bytes ask(Bytes question, String what, FrameFormat format, Duration patience, Predicate<Bytes> wanted)
            throws IOException, InterruptedException {
        channel.write(question.toArray());
        var parser = new FrameParser(format);
        Duration first = channel.timing().octets(question.length()).plus(patience);
        List<Bytes> found = new ArrayList<>();
        hear(parser, format, first, content -> {
            if (wanted.test(content)) {
                found.add(content);
            } else {
                trouble = Optional.of("it said \"" + shown(content) + "\"");
            }
            return !found.isEmpty();
        });
        if (found.isEmpty()) {
            if (trouble.isEmpty()) {
                channel.note(Line.Event.TIMEOUT);
            }
            channel.quiet(pause(format)); // a late answer is not to look like the next one
            throw new IOException("asked for " + what + ": "
                    + trouble.orElse("no answer; is it powered, are the wires swapped, do speed and parity agree?"));
        }
        return found.getFirst();
    }

    /**
     * Waits until each of these kinds was said. What was said before is dropped, also a frame that had begun.
     *
     * @return the newest of each kind; without those that did not come
     * @throws IOException when none came
     */
    Map<FrameKind, Bytes> listen(List<FrameKind> kinds) throws IOException, InterruptedException {
        FrameFormat format = kinds.getFirst().format();
        dropStale();
        FrameParser parser = FrameParser.midstream(format);
        Duration longest =
                kinds.stream().map(FrameKind::patience).max(Duration::compareTo).orElseThrow();
        var frames = new LinkedHashMap<FrameKind, Bytes>();
        hear(parser, format, longest, content -> {
            kinds.stream()
                    .filter(kind -> kind.matches(content))
                    .findFirst()
                    .ifPresent(kind -> frames.put(kind, content));
            return frames.size() == kinds.size();
        });
        List<String> missing = kinds.stream()
                .filter(kind -> !frames.containsKey(kind))
                .map(FrameKind::name)
                .toList();
        if (!missing.isEmpty()) {
            channel.note(Line.Event.TIMEOUT);
        }
        if (frames.isEmpty()) {
            throw new IOException("listened " + longest.toMillis() + " ms for " + String.join(", ", missing) + ": "
                    + trouble.orElse("nothing was said; is it powered, do speed and parity agree?"));
        }
        return frames;
    }

    private void dropStale() throws IOException, InterruptedException {
        int dropped = 0;
        int got;
        do {
            got = channel.read(buffer, 0, Duration.ZERO);
            dropped += got;
        } while (got > 0 && dropped < MOST_STALE);
    }

    /** How long a line may be silent in the midst of a frame. */
    private Duration pause(FrameFormat format) {
        if (format.shape() instanceof FrameFormat.Shape.Idle(Duration gap)) {
            return gap;
        }
        Duration characters = channel.timing().octets(4);
        return characters.compareTo(HITCH) > 0 ? characters : HITCH;
    }

    /**
     * Hears frames until {@code enough} says so of one, or nothing more is to be expected.
     *
     * @param patience until the last frame begins; the longest one then has the time it takes
     */
    private void hear(FrameParser parser, FrameFormat format, Duration patience, Predicate<Bytes> enough)
            throws IOException, InterruptedException {
        long pause = pause(format).toNanos();
        long deadline = nanoTime.getAsLong() + patience.toNanos();
        long end = deadline + channel.timing().octets(format.longest()).toNanos() + pause;
        boolean idle = format.shape() instanceof FrameFormat.Shape.Idle;
        while (true) {
            long now = nanoTime.getAsLong();
            boolean within = parser.state() instanceof FrameParser.State.Gathering
                    || (idle && parser.state() instanceof FrameParser.State.Skipping);
            long left = within ? Math.min(pause, end - now) : deadline - now;
            if (left <= 0) {
                return;
            }
            int got = channel.read(buffer, 0, Duration.ofNanos(left));
            List<Heard> heard = got > 0 ? parser.accept(buffer, got) : parser.silence();
            boolean over = got == 0 && !within; // the patience ran out, whatever our clock says
            if (told(heard, enough) || over) {
                return;
            }
        }
    }

    private boolean told(List<Heard> heard, Predicate<Bytes> enough) {
        boolean done = false;
        for (Heard each : heard) {
            switch (each) {
                case Heard.Frame(Bytes content) -> {
                    channel.note(Line.Event.FRAME);
                    done = enough.test(content) || done;
                }
                case Heard.Garbled(String why) -> {
                    channel.note(Line.Event.GARBLED);
                    trouble = Optional.of(why);
                }
            }
        }
        return done;
    }
}
