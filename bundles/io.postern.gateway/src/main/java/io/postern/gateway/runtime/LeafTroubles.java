// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Notes which leaves get no token at present, and why, among the milestones it passes on. At most one entry a leaf. */
final class LeafTroubles implements Milestones {
    private final Milestones next;
    private final Consumer<Map<String, String>> told;
    private final Map<String, String> reasons = new TreeMap<>(); // guarded by this

    LeafTroubles(Milestones next, Consumer<Map<String, String>> told) {
        this.next = next;
        this.told = told;
    }

    @Override
    public void reached(Milestone milestone, String subject) {
        next.reached(milestone, subject);
        switch (milestone) {
            case LEAF_REFUSED -> note(subject, "refused: ");
            case LEAF_WAITING -> note(subject, "waiting for approval: ");
            case LEAF_CONNECTED -> settle(subject);
            case FRAMEWORK_READY,
                    TPM_READY,
                    TRANSPORT,
                    CHALLENGED,
                    ACTIVATED,
                    ASSIGNED,
                    CONNECTED,
                    LEAF_SPEAKING,
                    RETRYING -> {}
        }
    }

    /** @param subject {@code leaf: reason} */
    private synchronized void note(String subject, String what) {
        int end = subject.indexOf(": "); // no name of a device holds a blank
        String reason = what + subject.substring(end + 2);
        if (!reason.equals(reasons.put(subject.substring(0, end), reason))) {
            told.accept(Map.copyOf(reasons));
        }
    }

    private synchronized void settle(String leaf) {
        if (reasons.remove(leaf) != null) {
            told.accept(Map.copyOf(reasons));
        }
    }
}
