// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.TrustRoots;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** The root certificates servers are judged by (HUB-21). */
record CaFileCheck(Path file, InstantSource clock) implements Check {
    @Override
    public String name() {
        return "Root certificate";
    }

    @Override
    public Finding examine() {
        Instant now = clock.instant();
        Instant last = Instant.MIN;
        try {
            for (Certificate root : TrustRoots.read(file)) {
                Instant end = ((X509Certificate) root).getNotAfter().toInstant();
                last = end.isAfter(last) ? end : last;
            }
        } catch (IOException e) {
            return Finding.fault(
                    String.valueOf(e.getMessage()), "Copy tls/ca.pem of the cloud's data folder to " + file + ".");
        }
        return last.isBefore(now)
                ? Finding.fault(file + " ended on " + last, "Copy the cloud's new root to " + file + ".")
                : Finding.good(file + " is valid until " + last.truncatedTo(ChronoUnit.SECONDS));
    }
}
