// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import io.postern.lab.sim.SimulatedTpm;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.tpm.ActivationBlob;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A device that registers as the protocol says, over a connection it is lent, and waits as long as it is told to.
 *
 * @param credential what it proves itself with
 */
record LoadDevice(IdScope scope, RegistrationId id, Credential credential) {
    private static final String VERSION = "?api-version=2021-06-01";
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);
    private static final Duration UNTOLD_WAIT = Duration.ofMillis(100); // when told to come back without a time
    private static final int MOST_STEPS = 1_000; // of a storm that is throttled for long

    sealed interface Credential {}

    record Key(Secret key) implements Credential {}

    record Tpm(SimulatedTpm tpm) implements Credential {}

    /**
     * How a registration went.
     *
     * @param throttled how often it was told to come back later, and did
     */
    record Outcome(boolean assigned, int status, int throttled, String text) {}

    Outcome register(HttpsWire wire) throws IOException, GeneralSecurityException {
        Optional<Secret> token =
                switch (credential) {
                    case Key(Secret key) -> Optional.of(token(key));
                    case Tpm _ -> Optional.empty();
                };
        int throttled = 0;
        HttpsWire.Answer answer = ask(wire, token);
        for (int step = 0; step < MOST_STEPS; step++) {
            if (answer.status() == 401 && token.isEmpty() && credential instanceof Tpm(SimulatedTpm tpm)) {
                token = Optional.of(token(open(tpm, answer)));
                answer = ask(wire, token);
            } else if (answer.status() == 429) {
                throttled++;
                pause(answer);
                answer = ask(wire, token);
            } else if (answer.status() == 202) {
                pause(answer);
                answer = askFor(Json.requireText(answer.json(), "operationId"), wire, token);
            } else {
                break;
            }
        }
        boolean assigned = answer.status() == 200
                && Json.text(answer.json(), "status").filter("assigned"::equals).isPresent();
        return new Outcome(assigned, answer.status(), throttled, answer.body());
    }

    private HttpsWire.Answer ask(HttpsWire wire, Optional<Secret> token) throws IOException {
        return wire.exchange(
                "PUT", path() + "/register" + VERSION, token, request().toJson().toString());
    }

    private HttpsWire.Answer askFor(String operation, HttpsWire wire, Optional<Secret> token) throws IOException {
        return wire.exchange("GET", path() + "/operations/" + operation + VERSION, token, "");
    }

    private String path() {
        return "/" + scope + "/registrations/" + id;
    }

    private RegistrationRequest request() {
        return switch (credential) {
            case Key _ -> new RegistrationRequest(id, Optional.empty(), Optional.empty());
            case Tpm(SimulatedTpm tpm) -> new RegistrationRequest(id, Optional.of(tpm.attestation()), Optional.empty());
        };
    }

    private static Secret open(SimulatedTpm tpm, HttpsWire.Answer challenge) throws GeneralSecurityException {
        String blob = Json.requireText(challenge.json(), "authenticationKey");
        return tpm.activate(ActivationBlob.decode(Bytes.base64(blob)));
    }

    private Secret token(Secret key) {
        Instant expiry = Instant.now().plus(TOKEN_LIFE);
        return SasToken.sign(ResourceUri.registration(scope, id), expiry, Optional.of("registration"), key::hmacSha256)
                .text();
    }

    private static void pause(HttpsWire.Answer answer) {
        LockSupport.parkNanos(answer.retryAfter().orElse(UNTOLD_WAIT).toNanos());
    }
}
