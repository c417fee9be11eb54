// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.hub;

import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import io.postern.wire.Shown;
import java.util.Optional;

/**
 * The MQTT user name of a hub connection (HUB-16): {@code {hub}/{device}[/[?]api-version=...&model-id=...]}.
 *
 * @param model what the device says it is (CEN-22)
 */
public record HubUserName(HubName hub, DeviceId device, Optional<ModelId> model) {
    /** What the gateway says it speaks, over every transport. */
    public static final String API_VERSION = "2021-04-12";

    /** @throws IllegalArgumentException when the text does not start with a hub and a device */
    public static HubUserName parse(String text) {
        String[] parts = text.split("/", 3);
        if (parts.length < 2) {
            throw new IllegalArgumentException(
                    "an MQTT user name is {hub}/{device}/?api-version=..., not \"" + Shown.of(text) + "\"");
        }
        return new HubUserName(
                HubName.of(parts[0]),
                DeviceId.of(parts[1]),
                PropertyBag.decode(query(parts.length < 3 ? "" : parts[2]))
                        .get("model-id")
                        .map(ModelId::of));
    }

    /** The older form has no question mark. */
    private static String query(String rest) {
        if (rest.isEmpty() || rest.startsWith("api-version=")) {
            return rest;
        }
        if (rest.startsWith("?")) {
            return rest.substring(1);
        }
        throw new IllegalArgumentException("behind {hub}/{device}/ an MQTT user name has ?api-version=..., not \""
                + Shown.of(rest) + "\"; modules have no identity here");
    }

    public String text() {
        PropertyBag query = PropertyBag.EMPTY.with("api-version", API_VERSION);
        PropertyBag all = model.map(m -> query.with("model-id", m.text())).orElse(query);
        return hub + "/" + device + "/?" + all.encode();
    }
}
