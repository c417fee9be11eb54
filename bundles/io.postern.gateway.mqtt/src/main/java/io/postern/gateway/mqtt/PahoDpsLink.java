// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.spi.Channel;
import io.postern.gateway.spi.ClientCertificate;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.DpsTopic;
import io.postern.wire.dps.RegistrationRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The provisioning service's device API over MQTT, in WebSockets or not (wire protocols 1.5). It knows no challenge, so
 * no TPM can use it. One connection per attempt, opened by the first question.
 */
final class PahoDpsLink implements DpsLink {
    private static final int BAD_CREDENTIALS = 4; // spec: MQTT 3.1.1, 3.2.2.3
    private static final int NOT_AUTHORIZED = 5;

    private final Dialer dialer;
    private final Dialer.Destination service;
    private @Nullable DpsConversation conversation; // of the present attempt

    PahoDpsLink(Dialer dialer, Dialer.Destination service) {
        this.dialer = dialer;
        this.service = service;
    }

    @Override
    public RegistrationReply register(IdScope scope, RegistrationRequest request, Optional<Credential> proof)
            throws IOException {
        byte[] body = request.toJson().toString().getBytes(StandardCharsets.UTF_8);
        return ask(scope, request.registrationId(), proof, DpsTopic::registerTopic, body);
    }

    @Override
    public RegistrationReply status(IdScope scope, RegistrationId id, String operationId, Optional<Credential> proof)
            throws IOException {
        return ask(scope, id, proof, rid -> DpsTopic.statusTopic(rid, operationId), new byte[0]);
    }

    @Override
    public void leave() {
        if (conversation != null) {
            conversation.close();
            conversation = null;
        }
    }

    private RegistrationReply ask(
            IdScope scope, RegistrationId id, Optional<Credential> proof, DpsConversation.Topic topic, byte[] body)
            throws IOException {
        try {
            if (conversation == null) {
                conversation = open(scope, id, proof);
            }
            return conversation.ask(topic, body).reply();
        } catch (ConnackException e) {
            leave();
            return refused(e, id);
        } catch (InterruptedException e) {
            leave();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while asking " + service);
        }
    }

    private DpsConversation open(IdScope scope, RegistrationId id, Optional<Credential> proof)
            throws UnreachableException, ConnackException, InterruptedException {
        Optional<ClientCertificate> certificate =
                proof.map(it -> it instanceof Credential.Certificate(ClientCertificate shown) ? shown : null);
        Channel channel = dialer.dial(service, certificate);
        return DpsConversation.open(channel, service, scope, id, proof);
    }

    private RegistrationReply refused(ConnackException refusal, RegistrationId id) {
        String reason = service + " does not let " + id + " in: CONNACK " + refusal.code();
        return refusal.code() == BAD_CREDENTIALS || refusal.code() == NOT_AUTHORIZED
                ? new RegistrationReply.Denied(401, reason + "; is it enrolled, with this attestation?")
                : new RegistrationReply.Failed(503, reason, true, Optional.empty());
    }
}
