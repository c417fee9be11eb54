// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Setting;
import jakarta.json.JsonObject;

/** Reads arguments of commands. */
final class Arguments {
    private Arguments() {}

    /** @throws IllegalArgumentException naming the member when it is missing or no name of a device */
    static DeviceId leaf(JsonObject arguments) {
        return Setting.parse("leaf", Json.requireText(arguments, "leaf"), DeviceId::of);
    }
}
