// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

/** The way of a change from its acceptance to its end. Pure; where its memory is, {@link SettingsKeeper} says. */
final class TrialRules {
    /** A gateway whose new settings make it fall over comes back this often before they are taken back. */
    static final int MOST_STARTS = 5;

    /** Where a trial is. */
    enum Phase {
        /** Durable, with the state before; nothing is touched yet. */
        STORED,
        /** Handed to the parts concerned, which are being made anew. */
        APPLYING,
        /** In force; waits for proofs that it has not cut the way home. */
        PROVING,
        /** For good. */
        KEPT,
        /** As it was before. */
        REVERTED;

        boolean isEnd() {
            return this == KEPT || this == REVERTED;
        }
    }

    /** What happens to a trial. */
    sealed interface Event {
        /** The configurations were handed over. */
        record Applied() implements Event {}

        /** All parts concerned run with them. */
        record Delivered() implements Event {}

        /** A part cannot run with them. */
        record Failed(String reason) implements Event {}

        /** All that must go well has gone well. */
        record Proven() implements Event {}

        /** A person at the gateway says it is good. */
        record Confirmed(String by) implements Event {}

        /** Somebody takes it back. */
        record Withdrawn(String by) implements Event {}

        /** Its time is up. */
        record Elapsed(String waitedFor) implements Event {}

        /** @param starts of the gateway since the trial began */
        record Restarted(int starts) implements Event {}
    }

    private TrialRules() {}

    /** An event that means nothing in {@code phase} leaves it; an end is an end. */
    static Phase next(Phase phase, Event event) {
        if (phase.isEnd()) {
            return phase;
        }
        return switch (event) {
            case Event.Applied _ -> phase == Phase.STORED ? Phase.APPLYING : phase;
            case Event.Delivered _ -> phase == Phase.APPLYING ? Phase.PROVING : phase;
            case Event.Proven _, Event.Confirmed _ -> phase == Phase.PROVING ? Phase.KEPT : phase;
            case Event.Failed _, Event.Withdrawn _, Event.Elapsed _ -> Phase.REVERTED;
            case Event.Restarted(int starts) -> starts > MOST_STARTS ? Phase.REVERTED : Phase.STORED;
        };
    }

    /** Why a trial ended so, in words for the report. */
    static String reason(Event event) {
        return switch (event) {
            case Event.Failed(String reason) -> reason;
            case Event.Confirmed(String by) -> "confirmed by " + by;
            case Event.Withdrawn(String by) -> "taken back by " + by;
            case Event.Elapsed(String waitedFor) -> "not proven in time; still waiting for " + waitedFor;
            case Event.Restarted(int starts) -> "the gateway was started " + starts + " times in the trial";
            case Event.Applied _, Event.Delivered _, Event.Proven _ -> "";
        };
    }
}
