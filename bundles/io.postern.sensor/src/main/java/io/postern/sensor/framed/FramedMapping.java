// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.sensor.Measurement;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * How the instruments of a template say their values in frames, read from its mapping.
 *
 * @param kinds by name, in the order of the file
 * @param fields of observations, by name
 * @param identity fields of the fingerprint, by the name of the fact; each a text
 * @param orders by the name of the property or command
 */
public record FramedMapping(
        SequencedMap<String, FrameKind> kinds,
        SequencedMap<String, FramedField> fields,
        SequencedMap<String, FramedField> identity,
        Map<String, FramedOrder> orders) {
    public FramedMapping {
        kinds = java.util.Collections.unmodifiableSequencedMap(new LinkedHashMap<>(kinds));
        fields = java.util.Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
        identity = java.util.Collections.unmodifiableSequencedMap(new LinkedHashMap<>(identity));
        orders = Map.copyOf(orders);
    }

    /** @throws TemplateException when the mapping cannot be used, with file and line */
    public static FramedMapping of(Template template) throws TemplateException {
        return new FramedMappingReader(template).read();
    }

    /** Each character as the octet of the same number. */
    static Bytes octets(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public FrameKind kind(String name) {
        FrameKind kind = kinds.get(name);
        if (kind == null) {
            throw new IllegalArgumentException("there is no kind of frame called " + name);
        }
        return kind;
    }

    /** The kinds that hold these fields with all that has to come before them, in the order to ask for them. */
    public List<FrameKind> kindsOf(Collection<String> names) {
        return ordered(fields.values().stream()
                .filter(field -> names.contains(field.name()))
                .map(FramedField::kind));
    }

    /** The kinds that say who the instrument is. */
    public List<FrameKind> identifying() {
        return ordered(identity.values().stream().map(FramedField::kind));
    }

    private List<FrameKind> ordered(Stream<String> wanted) {
        List<FrameKind> all = new ArrayList<>();
        wanted.forEach(name -> addWithPredecessors(kind(name), all));
        return all;
    }

    private void addWithPredecessors(FrameKind kind, List<FrameKind> all) {
        if (all.contains(kind)) {
            return;
        }
        kind.after().ifPresent(name -> addWithPredecessors(kind(name), all));
        all.add(kind);
    }

    /**
     * The values of a frame.
     *
     * @return without the fields that the instrument has no value for now
     * @throws IllegalArgumentException when something in it is no value
     */
    public SequencedMap<String, Measurement> decode(FrameKind kind, Bytes content) {
        return decode(kind, content, fields.values());
    }

    /** What a frame tells of the instrument itself. */
    public SequencedMap<String, Measurement> identify(FrameKind kind, Bytes content) {
        return decode(kind, content, identity.values());
    }

    private static SequencedMap<String, Measurement> decode(
            FrameKind kind, Bytes content, Collection<FramedField> wanted) {
        var values = new LinkedHashMap<String, Measurement>();
        if (kind.isValid(content)) {
            for (FramedField field : wanted) {
                if (field.kind().equals(kind.name())) {
                    field.decode(content).ifPresent(value -> values.put(field.name(), value));
                }
            }
        }
        return values;
    }

    /**
     * The whole frame with these values, for a simulator; what is not said is as in the sample.
     *
     * @throws IllegalArgumentException when a value does not fit
     */
    public Bytes encode(FrameKind kind, Map<String, Measurement> values) {
        Bytes content = kind.sample();
        for (FramedField field : Stream.concat(fields.values().stream(), identity.values().stream())
                .toList()) {
            Measurement value = values.get(field.name());
            if (value != null && field.kind().equals(kind.name())) {
                content = field.encode(content, value);
            }
        }
        return kind.format().build(content);
    }
}
