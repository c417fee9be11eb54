// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.diagnostics.MetricsPage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What monitoring systems get, and what they show for it.
 *
 * @param tokenFile holds the secret that opens the whole page to those who cannot sign tokens; read anew at each request,
 *     so that it can be changed; without it nobody is let in so
 */
public record Monitoring(MetricsPage page, Optional<Path> tokenFile) {
    /** Without metrics. */
    public static final Monitoring NONE = new Monitoring(MetricsPage.EMPTY, Optional.empty());

    private static final Logger LOG = LoggerFactory.getLogger(Monitoring.class);
    private static final int LONGEST = 4_096; // characters; a secret has some dozens
    private static final int SHORTEST = 16; // below, guessing over the network would be feasible

    /** Whether {@code shown} is the secret; in a time that tells nothing of it. */
    boolean admits(String shown) {
        return secret().filter(secret -> MessageDigest.isEqual(
                        secret.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8)))
                .isPresent();
    }

    private Optional<String> secret() {
        if (tokenFile.isEmpty()) {
            return Optional.empty();
        }
        Path file = tokenFile.get();
        try {
            String secret =
                    Files.size(file) > LONGEST ? "" : Files.readString(file).strip();
            if (secret.length() >= SHORTEST) {
                return Optional.of(secret);
            }
            LOG.atError()
                    .addKeyValue("file", file)
                    .log("metricsTokenFile holds no secret of " + SHORTEST + " to " + LONGEST
                            + " characters; write one, for example from openssl rand -hex 32");
        } catch (IOException e) {
            LOG.atError().setCause(e).addKeyValue("file", file).log("metricsTokenFile cannot be read");
        }
        return Optional.empty();
    }
}
