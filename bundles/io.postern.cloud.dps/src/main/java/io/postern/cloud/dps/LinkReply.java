// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.HubName;

/** What the list of linked hubs answers to changes. */
public interface LinkReply {

    /** The answer to linking. */
    sealed interface Linking {}

    /** The answer to unlinking. */
    sealed interface Unlinking {}

    record Linked(HubLink link) implements Linking {}

    record TooMany(int most) implements Linking {}

    /** @param devices how many are assigned to it and have to go elsewhere */
    record Unlinked(HubName hub, long devices) implements Unlinking {}

    record NotLinked(HubName hub) implements Unlinking {}

    /** @param devices how many are assigned to it */
    record InUse(HubName hub, long devices) implements Unlinking {}
}
