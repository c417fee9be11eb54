// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a TPM says about itself: TPM2_GetCapability for its fixed properties (TPM 2.0 Part 3, 30.2). */
sealed interface TpmFacts {
    int NO_SESSIONS = 0x8001; // TPM_ST_NO_SESSIONS
    int OLD_ANSWER = 0x00C4; // TPM_TAG_RSP_COMMAND of TPM 1.2, also what a 2.0 sends for a bad tag
    int GET_CAPABILITY = 0x0000017A;
    int TPM_PROPERTIES = 6;
    int FAMILY = 0x100;
    int MANUFACTURER = 0x105;
    int PERMANENT = 0x200;
    int IN_LOCKOUT = 1 << 9; // spec: TPM 2.0 Part 2, 8.6, TPMA_PERMANENT
    int PERSISTENT_LEFT = 0x209;
    int HEADER = 10; // tag, size, code

    /** A TPM 2.0 and the up to four letters of its maker. */
    record Two(String maker) implements TpmFacts {}

    record Old() implements TpmFacts {}

    record Refused(long code) implements TpmFacts {}

    /** Asks for the properties from family to manufacturer. */
    static byte[] command() {
        return ByteBuffer.allocate(22)
                .putShort((short) NO_SESSIONS)
                .putInt(22)
                .putInt(GET_CAPABILITY)
                .putInt(TPM_PROPERTIES)
                .putInt(FAMILY)
                .putInt(MANUFACTURER - FAMILY + 1)
                .array();
    }

    /**
     * How it is at present.
     *
     * @param lockedOut whether it refuses passwords for a while after too many wrong ones
     * @param places for keys that it has left; -1 when it does not tell
     */
    record Condition(boolean lockedOut, long places) {}

    /** Asks for the properties that change. */
    static byte[] conditionCommand() {
        return ByteBuffer.allocate(22)
                .putShort((short) NO_SESSIONS)
                .putInt(22)
                .putInt(GET_CAPABILITY)
                .putInt(TPM_PROPERTIES)
                .putInt(PERMANENT)
                .putInt(PERSISTENT_LEFT - PERMANENT + 1)
                .array();
    }

    /** What the answer tells of it; nothing is wrong where it does not tell. */
    static Condition condition(byte[] response) {
        ByteBuffer in = ByteBuffer.wrap(response);
        boolean locked = false;
        long places = -1;
        try {
            in.position(HEADER + 1 + 4); // more data, the capability asked for
            int count = in.getInt();
            for (int i = 0; i < Math.min(count, 16); i++) {
                int property = in.getInt();
                int value = in.getInt();
                locked |= property == PERMANENT && (value & IN_LOCKOUT) != 0;
                places = property == PERSISTENT_LEFT ? Integer.toUnsignedLong(value) : places;
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return new Condition(false, -1); // an answer cut short, or an error
        }
        return new Condition(locked, places);
    }

    /** @throws IllegalArgumentException when the octets are no answer of a TPM */
    static TpmFacts decode(byte[] response) {
        ByteBuffer in = ByteBuffer.wrap(response);
        try {
            int tag = Short.toUnsignedInt(in.getShort());
            in.getInt(); // size
            long code = Integer.toUnsignedLong(in.getInt());
            if (tag == OLD_ANSWER) {
                return new Old();
            }
            return code == 0 ? properties(in) : new Refused(code);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("what answers there is no TPM", e);
        }
    }

    private static TpmFacts properties(ByteBuffer in) {
        in.get(); // more data
        in.getInt(); // the capability asked for
        int count = in.getInt();
        String maker = "unknown";
        boolean two = false;
        for (int i = 0; i < Math.min(count, 16); i++) {
            int property = in.getInt();
            String value = letters(in.getInt());
            two |= property == FAMILY && value.startsWith("2.0");
            maker = property == MANUFACTURER ? value : maker;
        }
        return two ? new Two(maker) : new Old();
    }

    private static String letters(int value) {
        byte[] octets = ByteBuffer.allocate(4).putInt(value).array();
        return new String(octets, StandardCharsets.US_ASCII).replaceAll("[^!-~]", "");
    }
}
