// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import io.postern.wire.DurationText;
import io.postern.wire.Shown;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/** A value of a JSON text that knows where it stands, so that whoever refuses it can name file and line. */
public sealed interface Node {
    /** Nesting beyond this is no template. */
    int DEEPEST = 32;

    /** Where a value stands; lines are counted from 1. */
    record Place(String file, int line) {
        /** The exception to throw when what stands here cannot be used. */
        public TemplateException refuse(String reason) {
            return new TemplateException(file, line, reason);
        }
    }

    Place place();

    record Text(Place place, String value) implements Node {}

    record Number(Place place, BigDecimal value) implements Node {}

    record Flag(Place place, boolean value) implements Node {}

    record Nothing(Place place) implements Node {}

    record Items(Place place, List<Node> items) implements Node {
        public Items {
            items = List.copyOf(items);
        }
    }

    /** Members in the order of the text; a name that stands twice has been refused. */
    record Members(Place place, SequencedMap<String, Node> all) implements Node {
        public Members {
            all = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(all));
        }

        public Optional<Node> optional(String name) {
            return Optional.ofNullable(all.get(name));
        }

        /** @throws TemplateException when there is no such member */
        public Node need(String name) throws TemplateException {
            Node node = all.get(name);
            if (node == null) {
                throw place.refuse("\"" + name + "\" is missing");
            }
            return node;
        }

        public String text(String name) throws TemplateException {
            return need(name).asText(name);
        }

        public Members members(String name) throws TemplateException {
            return need(name).asMembers(name);
        }

        public List<Node> items(String name) throws TemplateException {
            return need(name).asItems(name);
        }

        public int whole(String name, int least, int most) throws TemplateException {
            return need(name).asWhole(name, least, most);
        }

        /** @throws TemplateException naming the first member that is none of {@code known}, with its line */
        public void only(Set<String> known) throws TemplateException {
            for (var member : all.entrySet()) {
                if (!known.contains(member.getKey())) {
                    throw member.getValue()
                            .place()
                            .refuse("\"" + Shown.of(member.getKey()) + "\" is not known here; known are "
                                    + String.join(", ", known.stream().sorted().toList()));
                }
            }
        }
    }

    /** @param name to be told when this is something else */
    default String asText(String name) throws TemplateException {
        if (this instanceof Text(Place _, String value)) {
            return value;
        }
        throw place().refuse("\"" + name + "\" is a text in quotes");
    }

    default Members asMembers(String name) throws TemplateException {
        if (this instanceof Members members) {
            return members;
        }
        throw place().refuse("\"" + name + "\" is an object in braces");
    }

    default List<Node> asItems(String name) throws TemplateException {
        if (this instanceof Items(Place _, List<Node> items)) {
            return items;
        }
        throw place().refuse("\"" + name + "\" is a list in brackets");
    }

    default BigDecimal asNumber(String name) throws TemplateException {
        if (this instanceof Number(Place _, BigDecimal value)) {
            return value;
        }
        throw place().refuse("\"" + name + "\" is a number");
    }

    default boolean asFlag(String name) throws TemplateException {
        if (this instanceof Flag(Place _, boolean value)) {
            return value;
        }
        throw place().refuse("\"" + name + "\" is true or false");
    }

    default int asWhole(String name, int least, int most) throws TemplateException {
        BigDecimal value = asNumber(name);
        if (value.stripTrailingZeros().scale() > 0
                || value.compareTo(BigDecimal.valueOf(least)) < 0
                || value.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw place().refuse("\"" + name + "\" is a whole number from " + least + " to " + most + ", not " + value);
        }
        return value.intValueExact();
    }

    /** A duration such as {@code "250ms"}, from {@code least} to {@code most}. */
    default Duration asDuration(String name, Duration least, Duration most) throws TemplateException {
        Duration value;
        try {
            value = DurationText.parse(asText(name));
        } catch (IllegalArgumentException e) {
            throw place().refuse("\"" + name + "\": " + e.getMessage());
        }
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw place().refuse("\"" + name + "\" is a duration from " + least.toMillis() + "ms to " + most.toMillis()
                    + "ms, not " + value.toMillis() + "ms");
        }
        return value;
    }

    /**
     * Reads a JSON text whose outermost value is an object.
     *
     * @param file how to call the text in messages
     * @throws TemplateException naming the line at which it is no JSON, nests too deep, says a name twice or a number that
     *     is none of an instrument's
     */
    static Members parse(String file, String json) throws TemplateException {
        return NodeReader.read(file, json).asMembers("the whole");
    }
}
