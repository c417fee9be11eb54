// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.transfer;

import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * One import or export of the whole registry (spec: REST 2021-04-12, JobProperties).
 *
 * @param progress per cent
 * @param input container of {@code devices.txt}, without its signature; imports only
 * @param output container of {@code devices.txt}, or of an import's {@code importErrors.log}; without its signature
 * @param failure why it failed, or how many records of an import could not be taken
 */
public record TransferJob(
        String id,
        Type type,
        Status status,
        Instant created,
        Optional<Instant> ended,
        int progress,
        Optional<String> input,
        String output,
        boolean excludeKeys,
        Optional<String> failure) {

    /** Which way the devices go. */
    public enum Type {
        EXPORT,
        IMPORT
    }

    /** Where it stands; the last three are for good. */
    public enum Status {
        ENQUEUED,
        RUNNING,
        COMPLETED,
        FAILED,
        CANCELLED;

        boolean isFinal() {
            return this != ENQUEUED && this != RUNNING;
        }
    }

    public JsonObject toJson() {
        JsonObjectBuilder json = Json.object()
                .add("jobId", id)
                .add("type", type.name().toLowerCase(Locale.ROOT))
                .add("status", status.name().toLowerCase(Locale.ROOT))
                .add("progress", progress)
                .add("startTimeUtc", UtcText.of(created))
                .add("outputBlobContainerUri", output)
                .add("excludeKeysInExport", excludeKeys)
                .add("storageAuthenticationType", "keyBased");
        input.ifPresent(container -> json.add("inputBlobContainerUri", container));
        ended.ifPresent(at -> json.add("endTimeUtc", UtcText.of(at)));
        failure.ifPresent(text -> json.add("failureReason", text));
        return json.build();
    }
}
