// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import jakarta.json.JsonObject;
import java.util.Optional;

/**
 * What was changed after the gateway's own file was written. A service from when that is in force: whoever needs settings
 * that are right waits for it.
 */
public interface RemoteSettings {
    /** What stands in the twin of it: {@code {"trial","waitsFor","changed":[],"last":{"change","outcome","reason","at"}}}. */
    JsonObject report();

    /** What the hub wants: the gateway's desired property {@code settings}. Returns at once. */
    void desire(JsonObject settings);

    /** The text of a template that came from afar. */
    Optional<String> template(String name);
}
