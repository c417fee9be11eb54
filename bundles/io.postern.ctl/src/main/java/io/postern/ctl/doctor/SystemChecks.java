// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.jar.Manifest;

/** What the system's own programs tell of it, and which Postern this is. */
final class SystemChecks {
    private static final Duration OLD = Duration.ofDays(90); // a quarter: Debian mends faults every other month
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private SystemChecks() {}

    /** A check that is one question. */
    record Simple(String name, Supplier<Finding> question) implements Check {
        @Override
        public Finding examine() {
            return question.get();
        }
    }

    static Finding version() {
        try (InputStream manifest = SystemChecks.class.getResourceAsStream("/META-INF/MANIFEST.MF")) {
            Optional<String> version = manifest == null
                    ? Optional.empty()
                    : Optional.ofNullable(
                            new Manifest(manifest).getMainAttributes().getValue("Bundle-Version"));
            return version.map(found -> Finding.good("Postern " + found))
                    .orElseGet(() -> Finding.unknown("this build has no version"));
        } catch (IOException e) {
            return Finding.unknown("this build does not tell its version");
        }
    }

    /** Whether somebody keeps the clock right. */
    static Finding synchronisation() {
        try {
            Process asked = new ProcessBuilder("timedatectl", "show", "-p", "NTPSynchronized", "--value")
                    .redirectErrorStream(true)
                    .start();
            asked.getOutputStream().close();
            if (!asked.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                asked.destroyForcibly();
                return synchronisation("");
            }
            return synchronisation(new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return synchronisation("");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return synchronisation("");
        }
    }

    /** @param answer of timedatectl */
    static Finding synchronisation(String answer) {
        return switch (answer) {
            case "yes" -> Finding.good("a time server keeps the clock right");
            case "no" ->
                Finding.warning(
                        "no time server keeps the clock right",
                        "timedatectl set-ntp true, and open UDP port 123 to a time server.");
            default -> Finding.unknown("this system does not tell whether a time server keeps the clock right");
        };
    }

    /**
     * How long ago the system's packages were brought up to date (SEC-13).
     *
     * @param status the package manager's own list, rewritten with each change
     */
    static Finding updates(Path status, InstantSource clock) {
        try {
            Instant last = Files.getLastModifiedTime(status).toInstant();
            long days = Duration.between(last, clock.instant()).toDays();
            String text = "the system's packages were last changed " + (days == 1 ? "yesterday" : days + " days ago");
            return days > OLD.toDays()
                    ? Finding.warning(
                            text,
                            "apt-get update && apt-get upgrade, or let unattended-upgrades do it: known holes stay open.")
                    : Finding.good(text);
        } catch (IOException e) {
            return Finding.unknown("this system does not tell when its packages were updated");
        }
    }

    /** Whether the state directory keeps strangers out. */
    static Finding stateDirectory(Path state) {
        try {
            String permissions =
                    java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(state));
            return permissions.charAt(7) == '-' && permissions.charAt(4) == '-'
                    ? Finding.good(state + " is changed by its owner alone")
                    : Finding.fault("others may write in " + state + " (" + permissions + ")", "chmod go-w " + state);
        } catch (IOException e) {
            return Finding.warning(
                    "cannot look at " + state + ": " + e.getMessage(),
                    "It is made when the gateway starts; look as its user, or as root.");
        }
    }

    /** A device file of the board, for leaves on pins and buses. */
    static Finding board(Path device, String overlay) {
        if (!Files.exists(device)) {
            return Finding.fault("there is no " + device, overlay);
        }
        if (!Files.isReadable(device) || !Files.isWritable(device)) {
            return Finding.fault(
                    "no permission to use " + device,
                    "usermod -aG " + group(device) + " " + System.getProperty("user.name") + ", then log in again.");
        }
        return Finding.good(device + " is there and may be used");
    }

    private static String group(Path device) {
        try {
            return Files.readAttributes(device, java.nio.file.attribute.PosixFileAttributes.class)
                    .group()
                    .getName();
        } catch (IOException e) {
            return device.toString().contains("i2c") ? "i2c" : "gpio";
        }
    }
}
