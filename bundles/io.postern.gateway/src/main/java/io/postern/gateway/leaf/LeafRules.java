// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.leaf.LeafState.Approved;
import io.postern.gateway.leaf.LeafState.Fingerprinted;
import io.postern.gateway.leaf.LeafState.Live;
import io.postern.gateway.leaf.LeafState.Pending;
import io.postern.gateway.leaf.LeafState.Quarantined;
import io.postern.gateway.leaf.LeafState.Seen;
import io.postern.gateway.leaf.LeafState.Stale;
import io.postern.gateway.leaf.LeafState.Tombstoned;

/** The life of a configured leaf as one table. Pure. An event that means nothing in a state leaves it as it is. */
final class LeafRules {
    private LeafRules() {}

    static LeafState next(LeafState state, LeafEvent event) {
        if (state instanceof Tombstoned) {
            return state; // the end
        }
        return switch (event) {
            case LeafEvent.Started _ -> started(state);
            case LeafEvent.Identified _ -> state instanceof Seen ? new Fingerprinted() : state;
            case LeafEvent.Referred _ -> state instanceof Fingerprinted ? new Pending("") : state;
            case LeafEvent.Trusted _ ->
                state instanceof Fingerprinted || state instanceof Pending ? new Approved() : state;
            case LeafEvent.Matched _ ->
                // the one that was approved is back in its place
                state instanceof Pending(String difference) && !difference.isEmpty() ? new Approved() : state;
            case LeafEvent.Differed(String difference) -> differed(state, difference);
            case LeafEvent.Read _ -> state.maySpeak() ? new Live() : state;
            case LeafEvent.Silent(String why) ->
                state instanceof Live || state instanceof Approved ? new Stale(why) : state;
            case LeafEvent.Rested _ -> state.maySpeak() ? new Quarantined() : state;
            case LeafEvent.Retired _ -> new Tombstoned();
        };
    }

    private static LeafState started(LeafState state) {
        return switch (state) {
            case Seen _, Fingerprinted _ -> new Seen();
            case Approved _, Live _, Stale _, Quarantined _ -> new Approved();
            case Pending _, Tombstoned _ -> state;
        };
    }

    private static LeafState differed(LeafState state, String difference) {
        return switch (state) {
            case Seen _, Fingerprinted _, Tombstoned _ -> state;
            // without a certificate there is nothing to differ from: it waits as before
            case Pending(String before) -> before.isEmpty() ? state : new Pending(difference);
            case Approved _, Live _, Stale _, Quarantined _ -> new Pending(difference);
        };
    }
}
