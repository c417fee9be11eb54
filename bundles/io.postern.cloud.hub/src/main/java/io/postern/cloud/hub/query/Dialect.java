// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import java.util.List;

/** Whose names a condition speaks of. */
public enum Dialect {
    /** Of a twin: {@code tags.x}, {@code properties.reported.x}, {@code deviceId}, {@code status}, ... */
    DEVICES,
    /** Of a message: {@code $body.x}, {@code $contentType}, {@code $twin.tags.x}, and application properties by their name. */
    MESSAGES;

    // spec: twin JSON of REST 2021-04-12
    private static final List<String> DEVICE_MEMBERS = List.of(
            "deviceId",
            "etag",
            "deviceEtag",
            "version",
            "authenticationType",
            "statusUpdateTime",
            "status",
            "statusReason",
            "connectionState",
            "lastActivityTime",
            "cloudToDeviceMessageCount",
            "capabilities",
            "x509Thumbprint",
            "modelId",
            "deviceScope",
            "parentScopes",
            "postern",
            "tags",
            "properties");

    /** The members that documents of this dialect have at their root, in the order they are shown; empty when they are not known. */
    public List<String> members() {
        return this == DEVICES ? DEVICE_MEMBERS : List.of();
    }

    /** The first member of a path as documents of this dialect spell it: the hub's own names are taken in any case. */
    String spelled(String first) {
        return switch (this) {
            case DEVICES ->
                DEVICE_MEMBERS.stream()
                        .filter(known -> known.equalsIgnoreCase(first))
                        .findFirst()
                        .orElse(first);
            case MESSAGES -> first;
        };
    }
}
