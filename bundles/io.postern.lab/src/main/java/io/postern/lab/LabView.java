// SPDX-License-Identifier: Apache-2.0
package io.postern.lab;

import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a person sees of a lab: numbered steps with their times, then the leaves with their latest readings. */
final class LabView {
    private static final int MOST_ROWS = 30; // what fits on a usual terminal

    private static final int REMAINDER = 3; // headings, the line of what is left out, the cursor's line

    private final PrintStream out;
    private final Screen screen;
    private final Set<String> retries = new HashSet<>();
    private int number;
    private int drawn;

    LabView(PrintStream out, Screen screen) {
        this.out = out;
        this.screen = screen;
    }

    void say(String text) {
        out.println(text);
    }

    void step(Step step) {
        // a gateway that cannot get through tries often; a person needs to read it once
        if (step.name().equals("RETRYING") && !retries.add(step.subject())) {
            return;
        }
        out.printf(Locale.ROOT, "%3d  %8.3f s  %s%n", ++number, step.sinceStart() / 1000.0, sentence(step));
    }

    void readings(LeafBook book) {
        if (screen.isTerminal() && drawn > 0) {
            out.print("\033[" + drawn + "A\033[J");
        }
        drawn = 0;
        row("leaf", "accepted", "missing", "repeats", "latest reading");
        int most = Math.min(MOST_ROWS, Math.max(1, screen.rows() - REMAINDER));
        int rows = 0;
        for (Map.Entry<DeviceId, LeafRecord> entry : book.records().entrySet()) {
            if (rows++ == most) {
                out.println("... and " + (book.records().size() - most) + " more");
                drawn++;
                break;
            }
            LeafRecord leaf = entry.getValue();
            row(
                    entry.getKey(),
                    leaf.accepted(),
                    leaf.missing(),
                    leaf.repeated(),
                    leaf.lastBody().map(LabView::reading).orElse("-"));
        }
        out.flush();
    }

    private void row(Object... cells) {
        out.println(screen.cut("%-12s %9s %8s %8s  %s".formatted(cells)));
        drawn++;
    }

    /** The fields of a reading without what only a program needs. */
    private static String reading(JsonObject body) {
        return body.entrySet().stream()
                .map(field -> field.getKey() + " " + field.getValue())
                .collect(Collectors.joining("  "));
    }

    private static String sentence(Step step) {
        String subject = step.subject();
        return switch (step.name()) {
            case "FRAMEWORK_READY" -> "framework ready";
            case "TPM_READY" -> "TPM ready, registration id " + subject;
            case "TRANSPORT" -> "reached the provisioning service over " + subject;
            case "CHALLENGED" -> "challenged: the provisioning service wants the TPM to prove itself";
            case "ACTIVATED" -> "activated: the TPM opened the credential, the hub key is inside";
            case "ASSIGNED" -> "assigned: " + subject;
            case "CONNECTED" -> "connected: " + subject;
            case "LEAF_CONNECTED" -> subject + " connected with its own token";
            case "LEAF_SPEAKING" -> subject + " speaks: the hub acknowledged its first reading";
            case "LEAF_REFUSED" -> "refused: " + subject;
            case "LEAF_WAITING" -> "waiting for approval: " + subject;
            case "RETRYING" -> "trying again: " + subject;
            default -> step.name() + " " + subject;
        };
    }
}
