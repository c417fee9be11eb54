// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;

/** What somebody far away wants a gateway's settings to be. */
public final class FuzzedSettings {
    private FuzzedSettings() {}

    /** A change is refused with a reason, or what it makes of the settings is stored and read again as the same. */
    public static void change(byte[] octets) {
        try {
            JsonObject json = Json.parseObject(new String(octets, StandardCharsets.UTF_8));
            Overlay overlay = Overlay.NONE.with(SettingsChange.parse(json));
            Overlay again = Overlay.parse(Json.parseObject(overlay.toJson().toString()));
            if (!again.equals(overlay)) {
                throw new AssertionError("stored as " + overlay + ", read again as " + again);
            }
        } catch (IllegalArgumentException e) {
            if (e.getMessage() == null || e.getMessage().isBlank()) {
                throw new AssertionError("refused without a reason", e);
            }
        }
    }
}
