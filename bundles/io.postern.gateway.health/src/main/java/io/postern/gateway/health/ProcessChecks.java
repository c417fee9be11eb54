// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The process of the gateway and the machine beneath it, as far as the gateway itself depends on them. */
final class ProcessChecks {
    private static final long MIB = 1 << 20;
    private static final long LITTLE = 128 * MIB; // the default outbox twice
    private static final Duration SOON = Duration.ofDays(30); // a technician comes by once a month
    private static final Instant THIS_RELEASE = Instant.parse("2026-01-01T00:00:00Z"); // the build's own time stamp
    private static final Duration FAR = Duration.ofDays(20 * 365); // beyond any certificate we make

    private final ProcessFigures figures;
    private final InstantSource clock;

    ProcessChecks(ProcessFigures figures, InstantSource clock) {
        this.figures = figures;
        this.clock = clock;
    }

    Finding clock() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return now.isBefore(THIS_RELEASE) || now.isAfter(THIS_RELEASE.plus(FAR))
                ? Finding.fault(
                        "the clock says " + now + ", which cannot be",
                        "timedatectl set-ntp true, with a time server in reach; a board without a battery needs one.")
                : Finding.good("the clock says " + now);
    }

    Finding memory() {
        long most = Runtime.getRuntime().maxMemory();
        long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        return memory(used, most);
    }

    static Finding memory(long used, long most) {
        String text = used / MIB + " MB of " + most / MIB + " MB of the heap are in use";
        return used > most - most / 20
                ? Finding.warning(
                        text + ", which is nearly all", "If it stays so, send a support bundle: ./postern support.")
                : Finding.good(text);
    }

    Finding handles() {
        long open = figures.openHandles();
        long most = figures.mostHandles();
        if (open < 0 || most <= 0) {
            return Finding.good("the system does not tell how many file handles are open");
        }
        String text = open + " of " + most + " file handles are open, " + figures.threads() + " threads run";
        return open > most - most / 10
                ? Finding.fault(text, "Raise LimitNOFILE of the gateway's service; each session over MQTT needs one.")
                : Finding.good(text);
    }

    static Finding disk(Path directory) {
        try {
            Path existing = directory.toAbsolutePath();
            while (!Files.exists(existing)) {
                existing = existing.resolve("..").normalize();
            }
            return disk(directory, Files.getFileStore(existing).getUsableSpace(), Files.isWritable(existing));
        } catch (IOException e) {
            return Finding.warning("cannot tell how much room there is in " + directory + ": " + e.getMessage(), "df");
        }
    }

    static Finding disk(Path directory, long free, boolean writable) {
        if (!writable) {
            return Finding.fault(
                    directory + " cannot be written to",
                    "A worn card turns read-only: dmesg tells. Else give the directory to the gateway's user.");
        }
        String text = free / MIB + " MB free in " + directory;
        return free < LITTLE
                ? Finding.fault(text, "Make room: readings wait there while the hub is out of reach.")
                : Finding.good(text);
    }

    /**
     * The certificates in a file, one of which serves as long as it is good.
     *
     * @param whose how to call them
     */
    Finding certificates(String whose, Path file, String remedy) {
        List<X509Certificate> all = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .forEach(each -> all.add((X509Certificate) each));
        } catch (IOException | CertificateException e) {
            return Finding.fault("no " + whose + " can be read from " + file + ": " + e.getMessage(), remedy);
        }
        Instant now = clock.instant();
        Instant last = all.stream()
                .map(each -> each.getNotAfter().toInstant())
                .max(Instant::compareTo)
                .orElse(Instant.MIN);
        if (last.isBefore(now)) {
            return Finding.fault(
                    all.isEmpty()
                            ? file + " holds no " + whose
                            : "the " + whose + " in " + file + " ended on " + day(last),
                    remedy);
        }
        String text = whose + " in force until " + day(last);
        return last.isBefore(now.plus(SOON)) ? Finding.warning(text, remedy) : Finding.good(text);
    }

    private static String day(Instant time) {
        return time.toString().substring(0, 10);
    }
}
