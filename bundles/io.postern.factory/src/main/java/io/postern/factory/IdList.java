// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.wire.RegistrationId;
import io.postern.wire.csv.CsvRow;
import io.postern.wire.csv.CsvTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The devices of a batch, in the order they were given. A name that breaks a rule, or stands there twice, is a problem
 * of its own and stops no other.
 */
record IdList(List<RegistrationId> ids, List<Problem> problems) {
    private static final int MOST = 1_000_000; // spec: enrollments of one provisioning service (limits, DPS)
    /** Ours, and the one the hosted application platform exports (CEN-23). */
    private static final List<String> HEADINGS = List.of("registrationId", "IOTC_DEVICEID");

    IdList {
        ids = List.copyOf(ids);
        problems = List.copyOf(problems);
    }

    /** One name given where and how. */
    private record Given(String where, String text) {}

    /** Names typed as arguments. @param rule refuses more than the registration service does, or returns the id */
    static IdList ofArguments(List<String> names, UnaryOperator<RegistrationId> rule) {
        return of(
                names.stream().map(name -> new Given("\"" + name + "\"", name)).toList(), rule);
    }

    /**
     * The names in a file: one to a line ({@code #} starts a remark), or a CSV with the heading {@code registrationId}
     * or {@code IOTC_DEVICEID}.
     *
     * @param name the file's, for messages
     * @throws IllegalArgumentException when it holds no name at all, more than a service takes, or a broken CSV
     */
    static IdList ofFile(String name, String text, UnaryOperator<RegistrationId> rule) {
        List<Given> given = heading(text).isPresent() ? ofTable(name, text) : ofLines(name, text);
        if (given.isEmpty() || given.size() > MOST) {
            throw new IllegalArgumentException(
                    name + " holds " + given.size() + " ids; a batch has 1 to " + MOST + " of them");
        }
        return of(given, rule);
    }

    private static Optional<String> heading(String text) {
        String first = text.lines().findFirst().orElse("");
        return HEADINGS.stream()
                .filter(heading -> List.of(first.replaceAll("[\"\\s\uFEFF]", "").split(","))
                        .contains(heading))
                .findFirst();
    }

    private static List<Given> ofTable(String name, String text) {
        String heading = heading(text).orElseThrow();
        List<Given> given = new ArrayList<>();
        for (CsvRow row : CsvTable.parse(text).rows()) {
            given.add(new Given(name + ":" + row.line(), row.text(heading).orElse("")));
        }
        return given;
    }

    private static List<Given> ofLines(String name, String text) {
        List<Given> given = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                given.add(new Given(name + ":" + number, line.strip()));
            }
        }
        return given;
    }

    private static IdList of(List<Given> given, UnaryOperator<RegistrationId> rule) {
        Map<RegistrationId, String> seen = new HashMap<>();
        List<RegistrationId> ids = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (Given one : given) {
            try {
                RegistrationId id = rule.apply(RegistrationId.of(one.text()));
                String before = seen.putIfAbsent(id, one.where());
                if (before == null) {
                    ids.add(id);
                } else {
                    problems.add(new Problem(one.where(), id + " stands there twice, first at " + before));
                }
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(one.where(), String.valueOf(e.getMessage())));
            }
        }
        return new IdList(ids, problems);
    }
}
