// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A message as conditions of {@link Dialect#MESSAGES} see it (spec: iot hub routing query syntax): {@code $body.x},
 * {@code $twin.tags.x}, system properties behind a dollar sign, application properties by their name. All properties are
 * texts, and their names are taken in any case. Body and twin are fetched when they are first spoken of. Belongs to one
 * thread.
 */
public final class MessageDocument implements Document {
    private static final String BODY = "$body";
    private static final String TWIN = "$twin";

    private final Map<String, String> application = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, String> system = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Lazy body;
    private final Lazy twin;

    /**
     * @param application the sender's own properties
     * @param system the others, named as conditions name them, without the dollar sign: {@code contentType}, {@code
     *     connectionDeviceId}, {@code enqueuedTime}
     * @param body empty when it is no JSON, or does not say that it is
     * @param twin the sender's, as the service sees it
     */
    public MessageDocument(
            Map<String, String> application,
            Map<String, String> system,
            Supplier<Optional<JsonValue>> body,
            Supplier<Optional<JsonObject>> twin) {
        this.application.putAll(application);
        this.system.putAll(system);
        this.body = new Lazy(body);
        this.twin = new Lazy(() -> twin.get().map(value -> value));
    }

    @Override
    public Optional<JsonValue> find(AttributePath path) {
        String first = path.first();
        if (first.equalsIgnoreCase(BODY)) {
            return part(body, path);
        }
        if (first.equalsIgnoreCase(TWIN)) {
            return part(twin, path);
        }
        return path.steps().size() > 1 ? Optional.empty() : property(first).map(Json::text);
    }

    /** A name with a dollar sign is looked for among the system properties, then among the sender's own. */
    private Optional<String> property(String name) {
        Optional<String> own = Optional.ofNullable(application.get(name));
        return name.startsWith("$")
                ? Optional.ofNullable(system.get(name.substring(1))).or(() -> own)
                : own;
    }

    /** spec: conditions speak of parts of a body; the body as a whole is undefined. */
    private static Optional<JsonValue> part(Lazy root, AttributePath path) {
        boolean whole = path.steps().size() == 1 || !(path.steps().get(1) instanceof AttributePath.Step.Member);
        return whole ? Optional.empty() : root.value().flatMap(value -> path.follow(value, 1));
    }

    private static final class Lazy {
        private final Supplier<Optional<JsonValue>> source;
        private Optional<Optional<JsonValue>> known = Optional.empty();

        Lazy(Supplier<Optional<JsonValue>> source) {
            this.source = source;
        }

        Optional<JsonValue> value() {
            if (known.isEmpty()) {
                known = Optional.of(source.get());
            }
            return known.get();
        }
    }
}
