// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.SasToken;
import io.postern.wire.dps.RegistrationRequest;
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

    private interface Script {
        RegistrationReply play() throws IOException;
    }

    /** @param operation empty for a registration */
    record Asked(IdScope scope, RegistrationId id, String operation, Optional<SasToken> token) {}

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

    List<Asked> asked() {
        return asked;
    }

    @Override
    public RegistrationReply register(IdScope scope, RegistrationRequest request, Optional<SasToken> token)
            throws IOException {
        asked.add(new Asked(scope, request.registrationId(), "", token));
        return script.remove().play();
    }

    @Override
    public RegistrationReply status(IdScope scope, RegistrationId id, String operationId, Optional<SasToken> token)
            throws IOException {
        asked.add(new Asked(scope, id, operationId, token));
        return script.remove().play();
    }
}
