// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.dps;

import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.dps.Standing;
import io.postern.cloud.endpoint.amqp.SaslStep;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.TpmAttestation;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The SASL mechanism {@code TPM} (DPS-06). It is described nowhere but in the sources of the official clients:
 *
 * <pre>
 * client  00 idScope 00 registrationId 00 endorsement key (TPM2B_PUBLIC)
 * server  00
 * client  00 storage root key (TPM2B_PUBLIC)
 * server  80 first half of the activation blob
 * client  00
 * server  C1 second half
 * client  00 token, signed with the key in the blob
 * </pre>
 *
 * <p>All official clients send each message of theirs in one segment. The C client cuts what is longer than 470 octets, but
 * answers the server's next message with another one instead of the rest: so a longer beginning cannot be told by it,
 * and a cut one is refused here. The longest that comes from an RSA key of 2,048 bits has 466 with its first zero: a scope of 19 octets, a
 * registration id of 128 and an endorsement key of 316.
 *
 * <p>In the server's first octet bit 7 says that a sequence goes on, bit 6 that it ends, the low bits count. The Java
 * client accepts exactly two segments, and no SASL frame above 512 octets: so the blob is always cut in the middle.
 */
final class TpmExchange {
    private static final byte MORE = (byte) 0x80;
    private static final byte LAST = (byte) 0xC1;
    private static final Bytes ZERO = Bytes.of((byte) 0);

    private enum Expected {
        STORAGE_ROOT_KEY,
        RECEIPT,
        TOKEN,
        NOTHING
    }

    private final RegistrationDesk desk;
    private final Consumer<RegistrationAttempt> proven;
    private final DpsAddress address;
    private final Bytes endorsementKey;
    private Expected expected = Expected.STORAGE_ROOT_KEY;
    private Optional<TpmAttestation> tpm = Optional.empty();
    private Bytes secondHalf = Bytes.EMPTY;

    private TpmExchange(
            RegistrationDesk desk, Consumer<RegistrationAttempt> proven, DpsAddress address, Bytes endorsementKey) {
        this.desk = desk;
        this.proven = proven;
        this.address = address;
        this.endorsementKey = endorsementKey;
    }

    /** What the server says to a good beginning. */
    static SaslStep opening() {
        return new SaslStep.Challenge(ZERO);
    }

    /**
     * Reads the initial response.
     *
     * @param proven takes the attempt to go on with, when the exchange is over
     * @throws IllegalArgumentException when it is malformed
     */
    static TpmExchange begin(RegistrationDesk desk, Bytes initial, Consumer<RegistrationAttempt> proven) {
        Bytes content = content(initial);
        int afterScope = indexOfZero(content, 0);
        int afterId = indexOfZero(content, afterScope + 1);
        var address = new DpsAddress(
                IdScope.of(content.slice(0, afterScope).toUtf8()),
                RegistrationId.of(content.slice(afterScope + 1, afterId).toUtf8()));
        return new TpmExchange(desk, proven, address, content.slice(afterId + 1, content.length()));
    }

    /** @throws IllegalArgumentException when the response is malformed or not the one expected now */
    SaslStep respond(Bytes response) {
        Bytes content = content(response);
        return switch (expected) {
            case STORAGE_ROOT_KEY -> challenge(content);
            case RECEIPT -> secondHalf(content);
            case TOKEN -> check(content);
            case NOTHING -> new SaslStep.Refused("a response after the end of the exchange");
        };
    }

    private SaslStep challenge(Bytes storageRootKey) {
        tpm = Optional.of(TpmAttestation.decode(endorsementKey, storageRootKey));
        return switch (desk.prove(attempt(Optional.empty()))) {
            case Standing.Challenged(var blob) -> {
                Bytes whole = blob.encode();
                int half = (whole.length() + 1) / 2;
                secondHalf = whole.slice(half, whole.length());
                expected = Expected.RECEIPT;
                yield new SaslStep.Challenge(Bytes.concat(Bytes.of(MORE), whole.slice(0, half)));
            }
            case Standing.Refused(var _, String text) -> refused(text);
            case Standing.Proven _ -> refused(address + " is not enrolled with a TPM");
        };
    }

    private SaslStep secondHalf(Bytes receipt) {
        if (!receipt.isEmpty()) {
            return refused("the first half of a challenge is answered with one octet, not " + (receipt.length() + 1));
        }
        expected = Expected.TOKEN;
        return new SaslStep.Challenge(Bytes.concat(Bytes.of(LAST), secondHalf));
    }

    private SaslStep check(Bytes token) {
        expected = Expected.NOTHING;
        return switch (desk.prove(attempt(Optional.of(SasToken.parse(token.toUtf8()))))) {
            case Standing.Proven(RegistrationAttempt attempt) -> {
                proven.accept(attempt);
                yield new SaslStep.Done();
            }
            case Standing.Refused(var _, String text) -> refused(text);
            case Standing.Challenged _ -> refused("the token of " + address + " was not looked at");
        };
    }

    private SaslStep refused(String text) {
        expected = Expected.NOTHING;
        return new SaslStep.Refused(text);
    }

    private RegistrationAttempt attempt(Optional<SasToken> token) {
        return new RegistrationAttempt(
                address.scope(), new RegistrationRequest(address.id(), tpm, Optional.empty()), token);
    }

    private static Bytes content(Bytes message) {
        if (message.isEmpty() || message.at(0) != 0) {
            throw new IllegalArgumentException("a client's message in mechanism TPM begins with a zero octet"
                    + " and comes in one segment; " + message.slice(0, Math.min(1, message.length()))
                    + " begins it here");
        }
        return message.slice(1, message.length());
    }

    private static int indexOfZero(Bytes content, int from) {
        for (int i = from; i < content.length(); i++) {
            if (content.at(i) == 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("mechanism TPM begins with 00 idScope 00 registrationId 00 endorsement key");
    }
}
