// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.TokenLink;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A token service that can be away until a time, refuse, and remembers when it was asked and with what. */
final class FakeTokens implements TokenLink {
    static final HubName HUB = HubName.of("hub.lab.test");
    static final Duration LIFE = Duration.ofHours(1);
    private static final Secret POLICY_KEY = Secret.utf8("the key of the policy tokenservice");

    final List<Instant> asked = Collections.synchronizedList(new ArrayList<>());
    final List<SasToken> proofs = Collections.synchronizedList(new ArrayList<>());
    volatile Duration life = LIFE;
    volatile Instant awayUntil = Instant.MIN;
    volatile Instant refusingUntil = Instant.MIN;
    volatile Grant refusal = new Grant.Refused(403, "leaf meter-1 is disabled", Optional.empty());

    private final InstantSource clock;

    FakeTokens(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Grant leafToken(DeviceId leaf, Asker gateway) throws IOException {
        Instant now = clock.instant();
        asked.add(now);
        proofs.add(((Credential.Token) gateway.proof()).token());
        if (now.isBefore(awayUntil)) {
            throw new IOException("the token service does not answer");
        }
        if (now.isBefore(refusingUntil)) {
            return refusal;
        }
        return new Grant.Granted(
                SasToken.sign(
                        ResourceUri.device(HUB, leaf),
                        now.plus(life),
                        Optional.of("tokenservice"),
                        POLICY_KEY::hmacSha256),
                life);
    }
}
