// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import io.postern.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Finds frames of the link layer in what is heard, however it is cut, glued or spoiled. */
public final class LinkParser {
    /** What came. */
    public sealed interface Heard {
        record Frame(LinkFrame frame) implements Heard {}

        /** Octets that are no frame, or a frame that does not check out. */
        record Garbled(String why) implements Heard {}
    }

    /** Where the parser stands. */
    public sealed interface State {
        record Listening() implements State {}

        /** {@code have} of {@code want} octets of a frame are there; as long as want is unknown it is 0. */
        record Gathering(int have, int want) implements State {}
    }

    private static final int LONGEST = 255 + 6;

    private final byte[] octets = new byte[LONGEST];
    private int length;
    private int passed; // octets since the last frame that were none
    private boolean whole = true; // a lone E5 in the rest of a spoiled frame is no acknowledgement

    public State state() {
        return length == 0 ? new State.Listening() : new State.Gathering(length, Math.max(0, wanted()));
    }

    public List<Heard> accept(byte[] heard, int count) {
        List<Heard> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            octets[length++] = heard[i];
            while (length > 0 && settled(found)) {
                // a frame or an octet was taken off, what is left may settle too
            }
        }
        return found;
    }

    /** To be called when no more is expected. */
    public List<Heard> silence() {
        List<Heard> found = new ArrayList<>();
        if (length > 0) {
            found.add(new Heard.Garbled("a frame broke off after " + length + " octets"));
        } else {
            tellPassed(found);
        }
        length = 0;
        passed = 0;
        whole = true;
        return found;
    }

    /** How long the frame is that begins with the first octet; 0 when it cannot be told yet, negative when none begins. */
    private int wanted() {
        return switch (octets[0] & 0xFF) {
            case 0xE5 -> whole ? 1 : -1;
            case 0x10 -> 5;
            case 0x68 -> {
                if (length < 4) {
                    yield length >= 3 && octets[1] != octets[2] ? -1 : 0;
                }
                int count = octets[1] & 0xFF;
                yield octets[1] == octets[2] && octets[3] == 0x68 && count >= LinkFrame.LONG_HEAD ? count + 6 : -1;
            }
            default -> -1;
        };
    }

    private boolean settled(List<Heard> found) {
        int wanted = wanted();
        if (wanted < 0) {
            passed++;
            drop(1);
            whole = false;
            return true;
        }
        if (wanted == 0 || length < wanted) {
            return false;
        }
        if (!holds(wanted)) {
            found.add(new Heard.Garbled("the check sum of a frame of " + wanted + " octets is wrong"));
            passed = 0;
            whole = false;
            drop(1);
            return true;
        }
        tellPassed(found);
        found.add(new Heard.Frame(frame(wanted)));
        whole = true;
        drop(wanted);
        return true;
    }

    private void tellPassed(List<Heard> found) {
        if (passed > 0) {
            found.add(new Heard.Garbled(passed + " octets that are no frame"));
            passed = 0;
        }
    }

    private void drop(int count) {
        System.arraycopy(octets, count, octets, 0, length - count);
        length -= count;
    }

    private boolean holds(int wanted) {
        if (wanted == 1) {
            return true;
        }
        int sum = 0;
        for (int i = wanted == 5 ? 1 : 4; i < wanted - 2; i++) {
            sum += octets[i];
        }
        return octets[wanted - 2] == (byte) sum && octets[wanted - 1] == 0x16;
    }

    private LinkFrame frame(int wanted) {
        return switch (wanted) {
            case 1 -> new LinkFrame.Ack();
            case 5 -> new LinkFrame.Short(octets[1] & 0xFF, octets[2] & 0xFF);
            default ->
                new LinkFrame.Long(
                        octets[4] & 0xFF,
                        octets[5] & 0xFF,
                        octets[6] & 0xFF,
                        Bytes.of(Arrays.copyOfRange(octets, 7, wanted - 2)));
        };
    }
}
