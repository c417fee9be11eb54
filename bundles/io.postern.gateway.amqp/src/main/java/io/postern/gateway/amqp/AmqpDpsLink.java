// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.TpmAttestation;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The provisioning service's device API over AMQP, in WebSockets or not (wire protocols 1.6). A key proves itself with
 * SASL PLAIN, a TPM with the mechanism {@code TPM}, a certificate in the handshake of TLS and without SASL.
 *
 * <p>One connection per attempt, opened by the first question: the challenge to a TPM holds for this connection alone.
 */
final class AmqpDpsLink implements NonceDpsLink {
    private static final String OPERATION = "iotdps-operation-type";
    private static final String OPERATION_ID = "iotdps-operation-id";

    private final Dialer dialer;
    private final Dialer.Destination service;
    private @Nullable AmqpVisit visit; // of the present attempt

    AmqpDpsLink(Dialer dialer, Dialer.Destination service) {
        this.dialer = dialer;
        this.service = service;
    }

    @Override
    public RegistrationReply register(IdScope scope, RegistrationRequest request, Optional<Credential> proof)
            throws IOException {
        RegistrationId id = request.registrationId();
        return answered(() -> {
            if (visit == null && proof.isEmpty()) {
                return challenge(scope, id, request.tpm());
            }
            return prepared(scope, id, proof)
                    .ask(
                            Map.of(OPERATION, "iotdps-register"),
                            Bytes.utf8(request.toJson().toString()))
                    .reply();
        });
    }

    @Override
    public RegistrationReply status(IdScope scope, RegistrationId id, String operationId, Optional<Credential> proof)
            throws IOException {
        return answered(() -> prepared(scope, id, proof)
                .ask(Map.of(OPERATION, "iotdps-get-operationstatus", OPERATION_ID, operationId), Bytes.EMPTY)
                .reply());
    }

    @Override
    public void leave() {
        if (visit != null) {
            visit.close();
            visit = null;
        }
    }

    private interface Exchange {
        RegistrationReply run() throws IOException, RefusedException;
    }

    private RegistrationReply answered(Exchange exchange) throws IOException {
        try {
            if (visit != null) {
                visit.begin();
            }
            return exchange.run();
        } catch (RefusedException e) {
            leave();
            return e.answer().reply();
        } catch (UnreachableException e) {
            leave();
            throw e;
        } catch (IOException e) {
            leave();
            throw new UnreachableException(
                    "connected to " + service + ", but it does not speak AMQP: " + e.getMessage(), e);
        }
    }

    private RegistrationReply challenge(IdScope scope, RegistrationId id, Optional<TpmAttestation> tpm)
            throws IOException, RefusedException {
        TpmAttestation keys = tpm.orElseThrow(
                () -> new IllegalArgumentException("without a TPM a registration needs a token or a certificate"));
        visit = AmqpVisit.withSasl(dialer.dial(service, Optional.empty()), service, scope, id);
        return new RegistrationReply.Challenge(visit.sasl().begin(keys));
    }

    /** The visit of this attempt, authenticated and with its links attached. */
    private AmqpVisit prepared(IdScope scope, RegistrationId id, Optional<Credential> proof)
            throws IOException, RefusedException {
        switch (proof.orElseThrow(() -> new IllegalArgumentException("nothing to prove " + id + " with"))) {
            case Credential.Certificate(ClientCertificate certificate) -> {
                if (visit == null) {
                    visit = AmqpVisit.bare(dialer.dial(service, Optional.of(certificate)), service, scope, id);
                }
            }
            case Credential.Token(SasToken token) -> {
                if (visit == null) {
                    visit = AmqpVisit.withSasl(dialer.dial(service, Optional.empty()), service, scope, id);
                    visit.sasl().plain(token);
                } else if (visit.sasl().isWaitingForToken()) {
                    visit.sasl().finish(token);
                }
            }
        }
        visit.attach();
        return visit;
    }
}
