// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import io.postern.cloud.hub.query.Expression.And;
import io.postern.cloud.hub.query.Expression.Attribute;
import io.postern.cloud.hub.query.Expression.Comparison;
import io.postern.cloud.hub.query.Expression.Constant;
import io.postern.cloud.hub.query.Expression.Membership;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A question about the hub's devices: {@code SELECT ... FROM devices WHERE ...}.
 *
 * @param most how many devices are looked for at most ({@code TOP}); with counts, how many groups are given
 */
public record DeviceQuery(Selection selection, OptionalLong most, Optional<Condition> condition) {
    private static final AttributePath DEVICE_ID =
            new AttributePath(List.of(new AttributePath.Step.Member("deviceId")));

    /** @throws QueryException saying where the text leaves the language, and what could stand there */
    public static DeviceQuery parse(String text) {
        return new DeviceQueryParser(text).query();
    }

    public boolean accepts(Document device) {
        return condition.map(c -> c.holds(device)).orElse(true);
    }

    /** The only devices that the condition can be true of, in order, when it names them; empty when it may be any. */
    public Optional<Set<String>> deviceIds() {
        return condition.map(Condition::expression).flatMap(DeviceQuery::namedBy);
    }

    private static Optional<Set<String>> namedBy(Expression expression) {
        return switch (expression) {
            case And(var parts) ->
                parts.stream()
                        .map(DeviceQuery::namedBy)
                        .flatMap(Optional::stream)
                        .reduce(DeviceQuery::common);
            case Comparison(Attribute(var path), var comparator, Constant(var value))
            when comparator == Comparator.EQUAL && path.equals(DEVICE_ID) -> Optional.of(texts(value.stream()));
            case Comparison(Constant(var value), var comparator, Attribute(var path))
            when comparator == Comparator.EQUAL && path.equals(DEVICE_ID) -> Optional.of(texts(value.stream()));
            case Membership(Attribute(var path), var list)
            when path.equals(DEVICE_ID) -> Optional.of(texts(list.stream()));
            default -> Optional.empty();
        };
    }

    private static Set<String> common(Set<String> one, Set<String> other) {
        var both = new TreeSet<>(one);
        both.retainAll(other);
        return both;
    }

    private static Set<String> texts(Stream<JsonValue> values) {
        var texts = new TreeSet<String>();
        values.filter(JsonString.class::isInstance).forEach(v -> texts.add(((JsonString) v).getString()));
        return texts;
    }
}
