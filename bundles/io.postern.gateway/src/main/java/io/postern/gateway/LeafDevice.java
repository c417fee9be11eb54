// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway;

import io.postern.wire.DeviceId;
import io.postern.wire.ModelId;
import java.util.Optional;

/** A sensor behind this gateway that has a device identity of its own in the hub. */
public record LeafDevice(DeviceId id, Optional<ModelId> model) {
    /**
     * Reads a leaf as it stands in the configuration: {@code id} or {@code id=modelId}. An equals sign is a legal
     * character of a device id, so only one that is followed by {@code dtmi:} parts the two.
     *
     * @throws IllegalArgumentException naming the rule that {@code text} breaks
     */
    public static LeafDevice parse(String text) {
        int part = text.indexOf("=dtmi:");
        return part < 0
                ? new LeafDevice(DeviceId.of(text), Optional.empty())
                : new LeafDevice(
                        DeviceId.of(text.substring(0, part)), Optional.of(ModelId.of(text.substring(part + 1))));
    }
}
