// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.tpm;

import java.util.Optional;

/** What a TPM means when it refuses, and what a person can do about it (TPM 2.0 Part 2, 6.6). */
enum TpmReturnCode {
    INITIALIZE(0x100, "it was reset and nobody has started it since", "restart the machine"),
    FAILURE(0x101, "it is in failure mode", "switch the machine off and on; if that does not help it is defective"),
    DISABLED(0x120, "the command is switched off", "look at the TPM settings of the machine's firmware"),
    AUTH_UNAVAILABLE(0x12F, "the key takes no password", "free the slot if Postern alone uses this TPM"),
    COMMAND_SIZE(0x142, "the command is longer than it can take", "what it was asked to open was not made for a TPM"),
    COMMAND_CODE(0x143, "it does not know the command", "update the TPM's firmware, or use another TPM 2.0"),
    NV_SPACE(
            0x14B, "its persistent memory is full", "look with tpm2_getcap handles-persistent and free what is unused"),
    NV_DEFINED(0x14C, "the slot is taken", "look with tpm2_getcap handles-persistent"),
    OBJECT_MEMORY(0x902, "all its slots for loaded keys are taken", "end other programs that use it, or restart it"),
    SESSION_MEMORY(0x903, "all its session slots are taken", "end other programs that use it, or restart it"),
    MEMORY(0x904, "it is out of memory", "end other programs that use it, or restart it"),
    SESSION_HANDLES(0x905, "it has no session handle left", "end other programs that use it, or restart it"),
    OBJECT_HANDLES(0x906, "it has no object handle left", "end other programs that use it, or restart it"),
    LOCALITY(0x907, "the command is not allowed from here", "use the device /dev/tpmrm0"),
    YIELDED(0x908, "it suspended the command", "try again"),
    CANCELED(0x909, "the command was cancelled", "try again"),
    TESTING(0x90A, "it is testing itself", "try again in a few seconds"),
    NV_RATE(0x920, "it slows writing down to spare its memory", "try again in a few seconds"),
    LOCKOUT(
            0x921,
            "it is locked after too many wrong passwords",
            "wait until it recovers (minutes to a day), or clear the lock with tpm2_dictionarylockout --clear-lockout"),
    RETRY(0x922, "it was busy", "try again"),
    NV_UNAVAILABLE(0x923, "its persistent memory cannot be reached now", "try again in a few seconds"),
    ASYMMETRIC(0x081, "the kind of key does not fit", "the blob was not made for this TPM, or was altered"),
    ATTRIBUTES(0x082, "the key's attributes do not allow this", "the blob was not made for this TPM, or was altered"),
    HASH(0x083, "it does not know the hash", "the blob was not made for this TPM, or was altered"),
    VALUE(0x084, "a value is out of range or does not fit", "the blob was not made for this TPM, or was altered"),
    HIERARCHY(
            0x085,
            "the hierarchy is switched off or wrong",
            "switch the owner and endorsement hierarchies on in the machine's firmware"),
    KEY_SIZE(0x087, "it does not take a key of this size", "the blob was not made for this TPM, or was altered"),
    TYPE(0x08A, "the type does not fit", "the blob was not made for this TPM, or was altered"),
    HANDLE(0x08B, "there is nothing in the slot", "provision again"),
    AUTH_FAIL(
            0x08E,
            "it wants a password",
            "Postern uses the empty one: take the password off the owner and endorsement hierarchies"),
    NONCE(0x08F, "the session's number does not fit", "try again"),
    SCHEME(0x092, "it does not take the scheme", "the blob was not made for this TPM, or was altered"),
    SIZE(0x095, "a structure has the wrong size", "the blob was not made for this TPM, or was altered"),
    SYMMETRIC(0x096, "it does not take the symmetric algorithm", "the blob was not made for this TPM, or was altered"),
    INSUFFICIENT(0x09A, "a structure is cut short", "the blob was not made for this TPM, or was altered"),
    KEY(0x09C, "the key does not fit", "the blob was not made for this TPM, or was altered"),
    POLICY_FAIL(0x09D, "the key's policy was not met", "the endorsement key is not of the standard template"),
    INTEGRITY(0x09F, "the integrity check failed", "the blob was not made for this TPM, or was altered"),
    RESERVED_BITS(0x0A1, "a reserved bit is set", "the blob was not made for this TPM, or was altered"),
    BAD_AUTH(
            0x0A2,
            "it wants a password",
            "Postern uses the empty one: take the password off the owner and endorsement hierarchies"),
    BINDING(0x0A5, "public and private part do not belong together", "the blob was altered");

    private static final int FORMAT_ONE = 0x080;
    private static final int PARAMETER = 0x040;

    private final int code;
    private final String meaning;
    private final String remedy;

    TpmReturnCode(int code, String meaning, String remedy) {
        this.code = code;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    int code() {
        return code;
    }

    /** The known code behind a raw response, which may also name the handle, parameter or session it is about. */
    static Optional<TpmReturnCode> of(int raw) {
        // spec: TPM 2.0 Part 2, 6.6.2: in format one, bits 8 to 11 number the handle, parameter or session, bit 6 tells
        // which
        int bare = (raw & FORMAT_ONE) != 0 ? raw & 0x0BF : raw & 0x97F;
        for (TpmReturnCode known : values()) {
            if (known.code == bare) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    boolean is(int raw) {
        return of(raw).filter(this::equals).isPresent();
    }

    /** Whether the TPM objects to a parameter of the command and not to itself, its state, a handle or a session. */
    static boolean blamesParameter(int raw) {
        return (raw & FORMAT_ONE) != 0 && (raw & PARAMETER) != 0;
    }

    /** The sentence for a person: what it means, the code, what to do. */
    static String describe(int raw) {
        String code = "0x" + Integer.toHexString(raw);
        return of(raw).map(known -> known.meaning + " (TPM_RC_" + known.name() + ", " + code + "); " + known.remedy)
                .orElse("response code " + code + "; look its meaning up with: tpm2_rc_decode " + code);
    }
}
