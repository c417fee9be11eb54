// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import java.time.Instant;

/**
 * What a device should be and what it says it is.
 *
 * @param etag of tags and desired properties; reports do not change it
 * @param version grows by one with every change of any part
 */
public record DeviceTwin(
        DeviceId deviceId, String etag, long version, JsonObject tags, Section desired, Section reported) {

    /** One half of the twin; {@code version} grows by one with each of its changes. */
    public record Section(JsonObject properties, long version, Instant updated) {
        Section changed(JsonObject next, Instant now) {
            return new Section(next, version + 1, now);
        }

        /** As the device sees it: the properties and {@code $version}. */
        public JsonObject forDevice() {
            return Json.object(properties).add("$version", version).build();
        }

        /** As the service sees it: with {@code $metadata} besides. */
        public JsonObject forService() {
            return Json.object(properties)
                    .add("$metadata", Json.object().add("$lastUpdated", UtcText.of(updated)))
                    .add("$version", version)
                    .build();
        }
    }

    /** The body of the device's own question: {@code {"desired":{...},"reported":{...}}}. */
    public JsonObject forDevice() {
        return Json.object()
                .add("desired", desired.forDevice())
                .add("reported", reported.forDevice())
                .build();
    }

    DeviceTwin withReported(Section next) {
        return new DeviceTwin(deviceId, etag, version + 1, tags, desired, next);
    }

    DeviceTwin withService(JsonObject nextTags, Section nextDesired) {
        return new DeviceTwin(deviceId, etag, version + 1, nextTags, nextDesired, reported);
    }
}
