// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.dps;

import io.postern.cloud.dps.DpsSettings;
import io.postern.cloud.dps.InProcessHub;
import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.endpoint.amqp.SaslStep;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.wire.Bytes;
import io.postern.wire.HubName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;

/** The SASL mechanisms of devices, before a service with nobody enrolled. */
public final class FuzzedSasl {
    private static final int STEPS = 4;
    private static final ProvisioningService SERVICE = service();

    private FuzzedSasl() {}

    /** The first octets say how long each response is; nobody may get in, and what is malformed is refused. */
    public static void exchange(byte[] octets) {
        var all = Bytes.of(octets);
        PlainResponse.read(all).ifPresent(response -> {
            if (!response.toString().equals("PlainResponse[user=" + response.user() + "]")) {
                throw new AssertionError("a password would reach the log");
            }
        });
        try {
            TpmExchange exchange = TpmExchange.begin(SERVICE.desk(), part(all, 0), _ -> {
                throw new AssertionError("somebody got in");
            });
            for (int step = 1; step < STEPS; step++) {
                if (exchange.respond(part(all, step)) instanceof SaslStep.Done) {
                    throw new AssertionError("somebody got in");
                }
            }
        } catch (IllegalArgumentException e) {
            if (e.getMessage() == null) {
                throw new AssertionError("refused without a reason", e);
            }
        }
    }

    /** Two octets of length before each part. */
    private static Bytes part(Bytes all, int number) {
        int at = 0;
        for (int i = 0; i < number; i++) {
            at += 2 + length(all, at);
        }
        int from = Math.min(all.length(), at + 2);
        return all.slice(from, Math.min(all.length(), from + length(all, at)));
    }

    private static int length(Bytes all, int at) {
        return at + 1 < all.length() ? (all.at(at) & 0xFF) << 8 | all.at(at + 1) & 0xFF : 0;
    }

    private static ProvisioningService service() {
        try {
            Path directory = Files.createTempDirectory("fuzz-sasl");
            directory.toFile().deleteOnExit();
            var random = new SecureRandom();
            var clock = InstantSource.system();
            Database database = Database.open(directory.resolve("cloud.db"));
            KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
            Hub hub = Hub.open(HubSettings.of(HubName.of("hub.fuzz.test")), database, sealer, clock, random);
            return new ProvisioningService(
                    DpsSettings.of("service.fuzz.test", "provisioning.fuzz.test"),
                    database,
                    sealer,
                    new InProcessHub(hub),
                    clock,
                    System::nanoTime,
                    random);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
