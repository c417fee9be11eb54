// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;

/** The answer to a change of a twin. */
public sealed interface TwinReply {
    record Changed(DeviceTwin twin) implements TwinReply {}

    record NoTwin(DeviceId deviceId) implements TwinReply {}

    /** The twin is no longer the one the caller has seen. */
    record Stale(DeviceTwin current) implements TwinReply {}
}
