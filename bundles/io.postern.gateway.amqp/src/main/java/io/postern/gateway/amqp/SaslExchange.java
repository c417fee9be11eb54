// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.DpsAnswer;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import java.io.IOException;
import java.util.Optional;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Sasl.SaslOutcome;

/**
 * The device's side of SASL. The mechanism {@code TPM} (DPS-06) is described nowhere but in the sources of the official
 * clients:
 *
 * <pre>
 * client  00 idScope 00 registrationId 00 endorsement key (TPM2B_PUBLIC)
 * server  00
 * client  00 storage root key (TPM2B_PUBLIC)
 * server  80 a part of the activation blob      } until bit 6 says
 * client  00                                    } that it is the last:
 * server  C1 the remaining part
 * client  00 token, signed with the key in the blob
 * </pre>
 */
final class SaslExchange {
    private static final int LAST = 0xC0; // bit 7: a sequence, bit 6: its end
    private static final int MOST_PARTS = 16; // a blob has 800 bytes; the official clients know two to four parts
    private static final Bytes ZERO = Bytes.of((byte) 0);

    private final Engine engine;
    private final Sasl sasl;
    private final IdScope scope;
    private final RegistrationId id;
    private final String service;
    private boolean waitingForToken;

    SaslExchange(Engine engine, IdScope scope, RegistrationId id, String host, String service) {
        this.engine = engine;
        this.sasl = engine.sasl();
        this.scope = scope;
        this.id = id;
        this.service = service;
        sasl.client();
        sasl.setRemoteHostname(host);
    }

    /** Whether a TPM has been challenged and has not answered. */
    boolean isWaitingForToken() {
        return waitingForToken;
    }

    /** Shows a token of a symmetric key. spec: RFC 4616 */
    void plain(SasToken token) throws IOException, RefusedException {
        try (Secret password = token.text()) {
            sasl.plain(scope + "/registrations/" + id, password.revealUtf8());
        }
        awaitOutcome();
    }

    /** Shows a TPM's keys; what it has to open before {@link #finish}. */
    ActivationBlob begin(TpmAttestation keys) throws IOException, RefusedException {
        sasl.setMechanisms("TPM");
        send(Bytes.concat(
                ZERO,
                Bytes.utf8(scope.text()),
                ZERO,
                Bytes.utf8(id.text()),
                ZERO,
                keys.endorsementKey().tpm2bPublic()));
        challenge();
        send(Bytes.concat(ZERO, keys.storageRootKey().tpm2bPublic()));
        Bytes blob = Bytes.EMPTY;
        for (int part = 0; part < MOST_PARTS; part++) {
            Bytes challenge = challenge();
            blob = Bytes.concat(blob, challenge.slice(1, challenge.length()));
            if ((challenge.at(0) & LAST) == LAST) {
                waitingForToken = true;
                return decode(blob);
            }
            send(ZERO);
        }
        throw new IOException("a challenge of more than " + MOST_PARTS + " parts");
    }

    /** Shows the token that the opened challenge has signed. */
    void finish(SasToken token) throws IOException, RefusedException {
        waitingForToken = false;
        try (Secret text = token.text()) {
            byte[] octets = text.reveal();
            byte[] response = new byte[octets.length + 1];
            System.arraycopy(octets, 0, response, 1, octets.length);
            sasl.send(response, 0, response.length);
        }
        awaitOutcome();
    }

    private void send(Bytes response) {
        sasl.send(response.toArray(), 0, response.length());
    }

    private Bytes challenge() throws IOException, RefusedException {
        engine.until(() -> sasl.pending() > 0 || isOver());
        if (isOver()) {
            checkOutcome();
            throw new IOException("it let the TPM in without a challenge");
        }
        byte[] octets = new byte[sasl.pending()];
        sasl.recv(octets, 0, octets.length);
        return Bytes.of(octets);
    }

    private void awaitOutcome() throws IOException, RefusedException {
        engine.until(this::isOver);
        checkOutcome();
    }

    private boolean isOver() {
        return sasl.getOutcome() != SaslOutcome.PN_SASL_NONE;
    }

    private void checkOutcome() throws RefusedException {
        switch (sasl.getOutcome()) {
            case PN_SASL_OK, PN_SASL_NONE -> {}
            case PN_SASL_AUTH, PN_SASL_PERM, PN_SASL_SKIPPED ->
                throw refused(401, "it does not let " + id + " in; is it enrolled, with this attestation?");
            case PN_SASL_SYS, PN_SASL_TEMP -> throw refused(503, "it cannot let " + id + " in at present");
        }
    }

    private RefusedException refused(int status, String reason) {
        return new RefusedException(new DpsAnswer(service, status, Optional.empty(), service + ": " + reason));
    }

    private static ActivationBlob decode(Bytes blob) throws IOException {
        try {
            return ActivationBlob.decode(blob);
        } catch (IllegalArgumentException e) {
            throw new IOException("a challenge that cannot be read: " + e.getMessage(), e);
        }
    }
}
