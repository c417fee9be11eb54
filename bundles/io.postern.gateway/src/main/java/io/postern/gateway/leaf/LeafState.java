// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import java.util.Locale;

/** Where a configured leaf stands, from its first sight to its end; {@link LeafRules} says what leads where. */
sealed interface LeafState {
    /** Configured; nobody knows yet who is there. */
    record Seen() implements LeafState {}

    /** The instrument has shown who it is, and nothing is decided about it. */
    record Fingerprinted() implements LeafState {}

    /**
     * Held until a person decides: nothing is read, nothing published.
     *
     * @param difference from the instrument that was approved; empty for a leaf that never was
     */
    record Pending(String difference) implements LeafState {}

    /** It has a certificate; no value has been read since the gateway started or the decision fell. */
    record Approved() implements LeafState {}

    record Live() implements LeafState {}

    /** No reading for too long. */
    record Stale(String why) implements LeafState {}

    /** It kept failing, and its line lets it rest between attempts. */
    record Quarantined() implements LeafState {}

    /** Buried: its identity is never used again. */
    record Tombstoned() implements LeafState {}

    default String text() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** Why it is so, as far as the state does not say it; may be empty. */
    default String reason() {
        return switch (this) {
            case Pending(String difference) -> difference;
            case Stale(String why) -> why;
            case Seen _, Fingerprinted _, Approved _, Live _, Quarantined _, Tombstoned _ -> "";
        };
    }

    /** What to do about it in the place of what cannot be done; empty when there is nothing to do. */
    default String advice() {
        return switch (this) {
            case Pending(String difference) ->
                difference.isEmpty()
                        ? ": no instrument was approved for it yet, approve it"
                        : ": another instrument is in its place, replace or retire it";
            case Tombstoned _ -> ": give the instrument a configuration with another leaf";
            case Seen _, Fingerprinted _ -> ": its instrument has not answered yet";
            case Approved _, Live _, Stale _, Quarantined _ -> "";
        };
    }

    /** Whether values may be read and published under the leaf's identity. */
    default boolean maySpeak() {
        return switch (this) {
            case Approved _, Live _, Stale _, Quarantined _ -> true;
            case Seen _, Fingerprinted _, Pending _, Tombstoned _ -> false;
        };
    }

    /** @throws IllegalArgumentException when there is no state of that name */
    static LeafState of(String text, String reason) {
        return switch (text) {
            case "seen" -> new Seen();
            case "fingerprinted" -> new Fingerprinted();
            case "pending" -> new Pending(reason);
            case "approved" -> new Approved();
            case "live" -> new Live();
            case "stale" -> new Stale(reason);
            case "quarantined" -> new Quarantined();
            case "tombstoned" -> new Tombstoned();
            default -> throw new IllegalArgumentException("no state of a leaf is called " + text);
        };
    }
}
