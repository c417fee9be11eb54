// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.DpsAnswer;
import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The provisioning service's device API over HTTPS. */
public final class HttpDpsLink implements NonceDpsLink {
    private static final String API_VERSION = "2019-03-31"; // what the official device clients send

    private final String base;
    private final HttpsExchange https;

    /** @param host of the provisioning service, with {@code :port} when that is not 443 */
    public HttpDpsLink(String host, HttpsExchange https) {
        this.base = "https://" + host + "/";
        this.https = https;
        URI.create(base);
    }

    @Override
    public RegistrationReply register(IdScope scope, RegistrationRequest request, Optional<Credential> proof)
            throws IOException {
        URI to = uri(scope, request.registrationId(), "register");
        return reply(https.send("PUT", to, proof, Optional.of(request.toJson())));
    }

    @Override
    public RegistrationReply status(IdScope scope, RegistrationId id, String operationId, Optional<Credential> proof)
            throws IOException {
        URI to = uri(scope, id, "operations/" + URLEncoder.encode(operationId, StandardCharsets.UTF_8));
        return reply(https.send("GET", to, proof, Optional.empty()));
    }

    private URI uri(IdScope scope, RegistrationId id, String operation) {
        return URI.create(base + scope + "/registrations/" + id + "/" + operation + "?api-version=" + API_VERSION);
    }

    private RegistrationReply reply(HttpsExchange.Answer answer) throws IOException {
        return new DpsAnswer(base, answer.status(), answer.retryAfter(), answer.body()).reply();
    }
}
