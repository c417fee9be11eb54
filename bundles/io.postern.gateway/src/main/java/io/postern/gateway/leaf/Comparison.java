// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.sensor.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Whether the instrument that answers now is the one of the birth certificate. */
sealed interface Comparison {
    record Same() implements Comparison {}

    /** The same instrument with another firmware. */
    record Updated(String what) implements Comparison {}

    /** Nothing proves a swap, but something is odd. */
    record Unsure(String what) implements Comparison {}

    record Other(String difference) implements Comparison {}

    /**
     * Compares what the certificate says with what was found. A fact that tells instruments apart and has another value
     * proves a swap; a fact that is missing proves nothing, for an instrument may be short of an answer.
     */
    static Comparison of(Fingerprint certificate, Fingerprint found) {
        List<String> proofs = new ArrayList<>();
        List<String> oddities = new ArrayList<>();
        Map<String, String> before = certificate.facts();
        Map<String, String> now = found.facts();
        for (String fact : before.keySet()) {
            String was = before.getOrDefault(fact, "");
            String is = now.get(fact);
            if (Objects.equals(was, is) || fact.equals(REVISION)) {
                continue;
            }
            if (fact.equals(TURNAROUND)) {
                if (is != null && isAnotherPace(was, is)) {
                    oddities.add("it answers in " + is + " ms instead of " + was);
                }
            } else if (is == null) {
                oddities.add("it does not tell its " + fact + " any more, which was " + was);
            } else if (PROOFS.contains(fact)) {
                proofs.add(fact + " " + is + " instead of " + was);
            } else {
                oddities.add(fact + " " + is + " instead of " + was);
            }
        }
        return proofs.isEmpty() ? harmless(before, now, oddities) : new Other(String.join(", ", proofs));
    }

    /** As {@link #of} when the two were asked by different templates: what depends on the questions is left out. */
    static Comparison ofOtherQuestions(Fingerprint certificate, Fingerprint found) {
        return of(told(certificate), told(found));
    }

    private static Fingerprint told(Fingerprint fingerprint) {
        var facts = new TreeMap<>(fingerprint.facts());
        facts.remove(SHAPE);
        facts.remove(TURNAROUND);
        return new Fingerprint(facts);
    }

    /** What tells two instruments apart, in the order of its weight. */
    List<String> PROOFS = List.of("serial", "vendor", "product", "shape");

    String SHAPE = "shape";
    String REVISION = "revision";
    String TURNAROUND = "turnaround";

    private static Comparison harmless(Map<String, String> before, Map<String, String> now, List<String> oddities) {
        for (String fact : PROOFS) {
            String is = now.get(fact);
            if (is != null && !before.containsKey(fact)) {
                oddities.add("it tells its " + fact + " now, " + is);
            }
        }
        String was = before.get(REVISION);
        String is = now.get(REVISION);
        if (!oddities.isEmpty()) {
            return new Unsure(String.join(", ", oddities));
        }
        return was == null || is == null || was.equals(is)
                ? new Same()
                : new Updated("revision " + is + " instead of " + was);
    }

    /** A line's load and an adapter's timer move a turnaround by tens of milliseconds; three times as long is strange. */
    private static boolean isAnotherPace(String was, String is) {
        try {
            double before = Double.parseDouble(was);
            double now = Double.parseDouble(is);
            double slow = Math.max(before, now);
            return slow > 3 * Math.min(before, now) && slow >= 50;
        } catch (NumberFormatException e) {
            return false; // evidence nobody can read is none
        }
    }
}
