// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import io.postern.gateway.spi.LineFormat;
import io.postern.sensor.modbus.Crc16;
import io.postern.wire.Bytes;
import java.util.Arrays;

/**
 * One question to one address, and all that was heard until the line was silent again.
 *
 * @param heard with the echo of the question, if there was one
 */
record Probe(LineFormat format, int unit, Bytes asked, Bytes heard) {
    private static final int READ_HOLDING = 3;
    private static final int SHORTEST = 5; // a refusal: unit, function, code, check sum
    private static final int ANSWER = 7; // one register

    /** What it was. */
    enum Kind {
        SILENCE,
        /** One answer that checks out, from the unit that was asked. */
        ANSWER,
        /** An answer that checks out, and more behind it. */
        ANSWER_AND_MORE,
        /** An answer that checks out, from another unit. */
        OTHER_UNIT,
        GARBLED
    }

    /** Asks {@code unit} for its first holding register: whoever is there answers, be it by a refusal. */
    static Bytes question(int unit) {
        byte[] frame = {(byte) unit, READ_HOLDING, 0, 0, 0, 1, 0, 0};
        int crc = Crc16.of(frame, 0, frame.length - 2);
        frame[frame.length - 2] = (byte) crc;
        frame[frame.length - 1] = (byte) (crc >> 8);
        return Bytes.of(frame);
    }

    /** Whether the question itself was heard. */
    boolean hasEcho() {
        byte[] all = heard.toArray();
        byte[] own = asked.toArray();
        return all.length >= own.length && Arrays.equals(all, 0, own.length, own, 0, own.length);
    }

    /** What was heard behind the echo. */
    Bytes said() {
        byte[] all = heard.toArray();
        return hasEcho() ? Bytes.of(Arrays.copyOfRange(all, asked.toArray().length, all.length)) : heard;
    }

    Kind kind() {
        byte[] said = said().toArray();
        if (said.length == 0) {
            return Kind.SILENCE;
        }
        for (int length : new int[] {ANSWER, SHORTEST}) {
            if (said.length >= length && Crc16.closes(said, 0, length)) {
                if ((said[0] & 0xFF) != unit) {
                    return Kind.OTHER_UNIT;
                }
                return said.length == length ? Kind.ANSWER : Kind.ANSWER_AND_MORE;
            }
        }
        return Kind.GARBLED;
    }

    /** For a person who wants to see it. */
    @Override
    public String toString() {
        return "unit " + unit + " at " + format + ": asked " + asked + ", heard "
                + (heard.length() == 0 ? "nothing" : heard);
    }
}
