// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import java.time.Instant;

/** Whether an assigned device has been configured: the second half of being provisioned (DPS-02). */
public sealed interface Configuration {
    /** It fetched its twin, or reported to it, for the first time since it was assigned. */
    record Done(Instant at) implements Configuration {}

    record Pending() implements Configuration {}

    /** The hub cannot tell or was not asked. */
    record Unknown() implements Configuration {}
}
