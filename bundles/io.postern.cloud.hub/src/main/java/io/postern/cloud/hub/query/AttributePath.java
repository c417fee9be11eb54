// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A way into a document: {@code tags.site.rows[3]}. */
public record AttributePath(List<Step> steps) {
    /** One step of the way. */
    public sealed interface Step {
        /** A member of an object. */
        record Member(String name) implements Step {}

        /** An item of an array, counted from 0. */
        record Item(int index) implements Step {}
    }

    public AttributePath {
        steps = List.copyOf(steps);
        if (steps.isEmpty() || !(steps.getFirst() instanceof Step.Member)) {
            throw new IllegalArgumentException("a path starts with a member");
        }
    }

    /** The first member's name. */
    public String first() {
        return name(steps.getFirst());
    }

    /** What the value is called when nobody says otherwise: the last member of the way. */
    String last() {
        return steps.stream()
                .filter(Step.Member.class::isInstance)
                .map(AttributePath::name)
                .reduce(first(), (_, next) -> next);
    }

    /** Follows the whole path from {@code root}. */
    public Optional<JsonValue> in(JsonObject root) {
        return follow(root, 0);
    }

    /** Follows the path from {@code root}, which stands where the first {@code done} steps lead. */
    public Optional<JsonValue> follow(JsonValue root, int done) {
        JsonValue here = root;
        for (Step step : steps.subList(Math.min(done, steps.size()), steps.size())) {
            JsonValue next =
                    switch (step) {
                        case Step.Member(String name) -> here instanceof JsonObject object ? object.get(name) : null;
                        case Step.Item(int index) ->
                            here instanceof JsonArray array && index < array.size() ? array.get(index) : null;
                    };
            if (next == null) {
                return Optional.empty();
            }
            here = next;
        }
        return Optional.of(here);
    }

    /** As it would stand in a query. */
    public String text() {
        return steps.stream()
                .map(step -> switch (step) {
                    case Step.Member(String name) -> "." + shown(name);
                    case Step.Item(int index) -> "[" + index + "]";
                })
                .collect(Collectors.joining())
                .substring(1);
    }

    private static String shown(String name) {
        return name.matches("[\\p{L}_$][\\p{L}\\p{Nd}_$-]*") ? name : "[[" + name + "]]";
    }

    private static String name(Step step) {
        return switch (step) {
            case Step.Member(String name) -> name;
            case Step.Item _ -> "";
        };
    }
}
