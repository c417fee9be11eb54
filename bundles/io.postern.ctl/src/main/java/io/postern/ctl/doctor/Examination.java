// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.Table;
import io.postern.ctl.doctor.Finding.Level;
import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Makes the checks and keeps what they found. */
final class Examination {
    private static final int LONGEST_NAME = 20; // longer ones have a line of their own

    record Result(String name, Finding finding) {}

    /** A check on a thread of its own. */
    private static final class Running {
        private final Check check;
        private final Thread thread;
        private volatile Finding finding; // written once by the thread

        Running(Check check, Duration patience) {
            this.check = check;
            finding = Finding.warning(
                    "no answer within " + patience.toSeconds() + " s",
                    "Something hangs or is held by another program: look at it by hand.");
            // a platform thread: reading a device file would hold one of the few carriers; as a daemon it ends with us
            thread = Thread.ofPlatform().daemon().start(() -> finding = examine(check));
        }
    }

    private final List<Result> results;

    private Examination(List<Result> results) {
        this.results = List.copyOf(results);
    }

    /**
     * Makes all checks at once, for most of them wait for something.
     *
     * @param patience with each; a device that hangs is a finding, not a hanging doctor
     */
    static Examination of(List<Check> checks, Duration patience) throws InterruptedException {
        List<Running> running =
                checks.stream().map(check -> new Running(check, patience)).toList();
        long deadline = System.nanoTime() + patience.toNanos();
        List<Result> results = new ArrayList<>();
        for (Running one : running) {
            one.thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            results.add(new Result(one.check.name(), one.finding));
        }
        return new Examination(results);
    }

    boolean hasFaults() {
        return count(Level.FAULT) > 0;
    }

    JsonObject toJson() {
        JsonArrayBuilder checks = Json.array();
        results.forEach(result -> checks.add(Json.object()
                .add("name", result.name())
                .add("level", result.finding().level().name().toLowerCase(Locale.ROOT))
                .add("text", result.finding().text())
                .add("remedy", result.finding().remedy())));
        return Json.object()
                .add("checks", checks)
                .add("good", count(Level.GOOD))
                .add("unknown", count(Level.UNKNOWN))
                .add("warnings", count(Level.WARNING))
                .add("faults", count(Level.FAULT))
                .build();
    }

    /**
     * @param signs whether the terminal can show check marks
     * @param width of a line a person reads; what is longer goes on below its beginning
     */
    List<String> lines(boolean signs, int width) {
        int names = results.stream()
                .mapToInt(result -> result.name().length())
                .filter(length -> length <= LONGEST_NAME)
                .max()
                .orElse(0);
        String margin = " ".repeat(names + 4);
        List<String> lines = new ArrayList<>();
        for (Result result : results) {
            Finding finding = result.finding();
            String name =
                    result.name() + " ".repeat(Math.max(0, names - result.name().length()));
            String head = sign(finding.level(), signs) + " " + name + "  ";
            if (result.name().length() > names) {
                lines.add(head.strip());
                head = margin;
            }
            lines.addAll(folded(head, margin, Table.printable(finding.text()), width));
            if (!finding.remedy().isEmpty()) {
                lines.addAll(folded(margin + "-> ", margin + "   ", finding.remedy(), width));
            }
        }
        lines.add(results.size() + " checks: " + count(Level.GOOD) + " good, "
                + (count(Level.UNKNOWN) > 0 ? count(Level.UNKNOWN) + " unknown, " : "")
                + several(count(Level.WARNING), "warning") + ", " + several(count(Level.FAULT), "fault"));
        return lines;
    }

    /** Breaks at blanks; a word that is longer than a line stays whole, for it is a path or a name to be copied. */
    private static List<String> folded(String first, String others, String text, int width) {
        List<String> lines = new ArrayList<>();
        var line = new StringBuilder(first);
        boolean begun = false;
        for (String word : text.split(" ")) {
            if (begun && line.length() + 1 + word.length() > width) {
                lines.add(line.toString().stripTrailing());
                line = new StringBuilder(others);
                begun = false;
            }
            line.append(begun ? " " : "").append(word);
            begun = true;
        }
        lines.add(line.toString().stripTrailing());
        return lines;
    }

    private static Finding examine(Check check) {
        try {
            return check.examine();
        } catch (RuntimeException e) {
            return Finding.warning("this check itself failed: " + e, "Please report it with this line.");
        }
    }

    private static String several(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private long count(Level level) {
        return results.stream()
                .filter(result -> result.finding().level() == level)
                .count();
    }

    private static String sign(Level level, boolean signs) {
        return switch (level) {
            case GOOD -> signs ? "✓" : "+";
            case UNKNOWN -> "?";
            case WARNING -> "!";
            case FAULT -> signs ? "✗" : "x";
        };
    }
}
