// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.DeviceId;
import io.postern.wire.Json;
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

    /**
     * One half of the twin; {@code version} grows by one with each of its changes.
     *
     * @param stamps when each member was changed last, in the hub's own form; see {@link #metadata}
     */
    public record Section(JsonObject properties, long version, Instant updated, JsonObject stamps) {
        /** @param patch what made {@code next} of these properties */
        Section changed(JsonObject next, JsonObject patch, Instant now) {
            return new Section(
                    next,
                    version + 1,
                    now,
                    Stamps.touched(stamps, properties, next, patch, new Stamps.Stamp(updated, version)));
        }

        /** {@code $lastUpdated} and {@code $lastUpdatedVersion} of the section and of each member, however deep. */
        public JsonObject metadata() {
            return Stamps.metadata(properties, stamps, new Stamps.Stamp(updated, version));
        }

        /** As the device sees it: the properties and {@code $version}. */
        public JsonObject forDevice() {
            return Json.object(properties).add("$version", version).build();
        }

        /** As the service sees it: with {@code $metadata} besides. */
        public JsonObject forService() {
            return Json.object(properties)
                    .add("$metadata", metadata())
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
