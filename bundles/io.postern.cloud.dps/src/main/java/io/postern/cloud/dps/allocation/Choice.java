// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.allocation;

import io.postern.wire.HubName;
import java.util.List;

/** What a policy decides. */
public sealed interface Choice {
    record Chosen(HubName hub) implements Choice {}

    /** The webhook is to choose among these. */
    record Ask(Webhook webhook, List<HubName> hubs) implements Choice {}

    /** @param reason why there is no hub for the device, and what an operator can do */
    record None(String reason) implements Choice {}
}
