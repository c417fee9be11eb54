// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.TrustRoots;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The root certificates servers are judged by (HUB-21). */
record CaFileCheck(Path file, InstantSource clock) implements Check {
    private static final Duration SOON = Duration.ofDays(60); // new roots go round before the old ones end

    @Override
    public String name() {
        return "Root certificate";
    }

    @Override
    public Finding examine() {
        Instant now = clock.instant();
        List<Instant> ends = new ArrayList<>();
        try {
            for (Certificate root : TrustRoots.read(file)) {
                ends.add(((X509Certificate) root).getNotAfter().toInstant());
            }
        } catch (IOException e) {
            return Finding.fault(
                    String.valueOf(e.getMessage()), "Copy tls/ca.pem of the cloud's data folder to " + file + ".");
        }
        Instant last = ends.stream().max(Instant::compareTo).orElse(Instant.MIN);
        String renew = "Copy the cloud's new root to " + file + "; docs/operate/roots.md tells how from afar.";
        if (last.isBefore(now)) {
            return Finding.fault(file + " ended on " + last, renew);
        }
        String text = file + " is valid until " + last.truncatedTo(ChronoUnit.SECONDS);
        return last.isBefore(now.plus(SOON)) ? Finding.warning(text, renew) : Finding.good(text);
    }
}
