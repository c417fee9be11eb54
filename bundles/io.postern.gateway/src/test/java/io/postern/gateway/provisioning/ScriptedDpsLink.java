// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import io.postern.wire.dps.RegistrationRequest;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/** A provisioning service that gives the replies it was told to give and remembers what it was asked. */
final class ScriptedDpsLink implements NonceDpsLink {
    private final Queue<Script> script = new ArrayDeque<>();
    private final List<Asked> asked = new ArrayList<>();

    private int left;

    private interface Script {
        RegistrationReply play() throws IOException;
    }

    /** @param operation empty for a registration */
    record Asked(
            IdScope scope,
            RegistrationId id,
            String operation,
            Optional<Credential> proof,
            Optional<JsonObject> payload) {
        /** What was sent along as a token. */
        Optional<SasToken> token() {
            return proof.map(each -> each instanceof Credential.Token(SasToken token) ? token : null);
        }
    }

    ScriptedDpsLink replies(RegistrationReply... replies) {
        for (RegistrationReply reply : replies) {
            script.add(() -> reply);
        }
        return this;
    }

    ScriptedDpsLink fails(IOException failure) {
        script.add(() -> {
            throw failure;
        });
        return this;
    }

    /** How many attempts were over. */
    int left() {
        return left;
    }

    List<Asked> asked() {
        return asked;
    }

    @Override
    public RegistrationReply register(IdScope scope, RegistrationRequest request, Optional<Credential> proof)
            throws IOException {
        asked.add(new Asked(scope, request.registrationId(), "", proof, request.payload()));
        return script.remove().play();
    }

    @Override
    public RegistrationReply status(IdScope scope, RegistrationId id, String operationId, Optional<Credential> proof)
            throws IOException {
        asked.add(new Asked(scope, id, operationId, proof, Optional.empty()));
        return script.remove().play();
    }

    @Override
    public void leave() {
        left++;
    }
}
