// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.mbus.DataRecord.Function;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Which records of its telegrams the meters of a template's type have their values in, read from its mapping.
 *
 * @param fields by name
 * @param sample the telegrams of a real meter, in which the simulator puts its values; as many are asked for
 * @param patience how much longer than the standard allows a meter may take to begin its answer
 */
public record MbusMapping(SequencedMap<String, MbusField> fields, List<LinkFrame.Long> sample, Duration patience) {
    private static final int MOST_TELEGRAMS = 16;
    private static final int MOST_FIELDS = 250;
    // what level converters and their drivers add
    private static final Duration PATIENCE = Duration.ofMillis(200);

    public MbusMapping {
        fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
        sample = List.copyOf(sample);
    }

    /** @throws TemplateException when the mapping cannot be used, with file and line */
    public static MbusMapping of(Template template) throws TemplateException {
        Node.Members mapping = template.mapping();
        mapping.only(Set.of("fields", "sample", "patience"));
        List<LinkFrame.Long> sample = sample(mapping.need("sample"));
        List<DataRecord> records = sample.stream()
                .flatMap(frame -> Telegram.decode(frame).records().stream())
                .toList();
        Node.Members said = mapping.members("fields");
        if (said.all().isEmpty() || said.all().size() > MOST_FIELDS) {
            throw said.place().refuse("\"fields\" has 1 to " + MOST_FIELDS + " members");
        }
        var fields = new LinkedHashMap<String, MbusField>();
        for (var each : said.all().entrySet()) {
            Node.Members node = each.getValue().asMembers(each.getKey());
            MbusField field = field(template, each.getKey(), node);
            prove(field, records, node);
            fields.put(each.getKey(), field);
        }
        for (var content : template.model().contents().entrySet()) {
            if (!(content.getValue() instanceof Content.Command) && !fields.containsKey(content.getKey())) {
                throw said.place().refuse("\"" + content.getKey() + "\" of the model is missing here");
            }
        }
        Duration patience = mapping.optional("patience").isPresent()
                ? mapping.need("patience").asDuration("patience", Duration.ofMillis(1), Duration.ofSeconds(5))
                : PATIENCE;
        return new MbusMapping(fields, sample, patience);
    }

    private static List<LinkFrame.Long> sample(Node node) throws TemplateException {
        List<Node> items = node.asItems("sample");
        if (items.isEmpty() || items.size() > MOST_TELEGRAMS) {
            throw node.place().refuse("\"sample\" has 1 to " + MOST_TELEGRAMS + " telegrams in hexadecimal digits");
        }
        List<LinkFrame.Long> frames = new ArrayList<>();
        for (Node item : items) {
            try {
                Bytes octets = Bytes.hex(item.asText("sample").replace(" ", ""));
                List<LinkParser.Heard> heard = new LinkParser().accept(octets.toArray(), octets.length());
                if (heard.size() != 1
                        || !(heard.getFirst() instanceof LinkParser.Heard.Frame(LinkFrame.Long frame))
                        || frame.encode().length() != octets.length()) {
                    throw new IllegalArgumentException("not one whole long frame with its check sum");
                }
                Telegram.decode(frame);
                frames.add(frame);
            } catch (IllegalArgumentException e) {
                throw item.place().refuse("the sample: " + e.getMessage());
            }
        }
        return frames;
    }

    private static MbusField field(Template template, String name, Node.Members node) throws TemplateException {
        node.only(Set.of("value", "function", "storage", "tariff", "unit", "record"));
        Schema schema;
        String unit;
        switch (template.model().contents().get(name)) {
            case Content.Telemetry(Schema said, String in) -> {
                schema = said;
                unit = in;
            }
            case Content.Property(Schema said, String in, boolean _) -> {
                schema = said;
                unit = in;
            }
            case Content.Command _ -> throw node.place().refuse("\"" + name + "\" is a command of the model, no field");
            case null -> throw node.place().refuse("the model has no \"" + name + "\"");
        }
        return new MbusField(
                name,
                node.text("value"),
                node.optional("function").isPresent() ? function(node.need("function")) : Function.INSTANTANEOUS,
                whole(node, "storage", Integer.MAX_VALUE),
                whole(node, "tariff", 1 << 20),
                whole(node, "unit", 1 << 10),
                node.optional("record").isPresent()
                        ? OptionalInt.of(node.whole("record", 0, 999))
                        : OptionalInt.empty(),
                schema,
                unit);
    }

    private static Function function(Node node) throws TemplateException {
        String text = node.asText("function");
        return Arrays.stream(Function.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> node.place().refuse("\"function\" is instantaneous, maximum, minimum or error"));
    }

    private static int whole(Node.Members node, String name, int most) throws TemplateException {
        return node.optional(name).isPresent() ? node.whole(name, 0, most) : 0;
    }

    private static void prove(MbusField field, List<DataRecord> records, Node.Members node) throws TemplateException {
        try {
            DataRecord record = field.find(records)
                    .orElseThrow(() -> new IllegalArgumentException("no record of the sample is \"" + field.what()
                            + "\" with this function, storage, tariff and unit"));
            Meaning.Dimension dimension = Meaning.of(record.vif()).orElseThrow().dimension();
            if (field.schema() != Schema.STRING && field.unit().isEmpty() != (dimension == Meaning.Dimension.NONE)) {
                throw new IllegalArgumentException("\"" + field.name() + "\" needs the unit of its "
                        + dimension.name().toLowerCase(Locale.ROOT) + " in the model, not \"" + field.unit() + "\"");
            }
            field.decode(record);
        } catch (IllegalArgumentException e) {
            throw node.place().refuse(String.valueOf(e.getMessage()));
        }
    }

    /**
     * The values of the fields in these telegrams, which a meter has said one after another.
     *
     * @return without the fields that the meter has no value for now
     * @throws IllegalArgumentException when a record holds something else than the field needs
     */
    public SequencedMap<String, Measurement> decode(List<Telegram> telegrams, Set<String> wanted) {
        List<DataRecord> records =
                telegrams.stream().flatMap(each -> each.records().stream()).toList();
        var values = new LinkedHashMap<String, Measurement>();
        for (MbusField field : fields.values()) {
            if (wanted.contains(field.name())) {
                field.find(records).flatMap(field::decode).ifPresent(value -> values.put(field.name(), value));
            }
        }
        return values;
    }

    /**
     * The telegrams of a meter with these values, for a simulator; what is not said is as in the sample.
     *
     * @param meter who it is; empty for the meter of the sample
     * @throws IllegalArgumentException when a value does not fit
     */
    public List<LinkFrame.Long> encode(
            int address, Optional<MeterId> meter, int access, Map<String, Measurement> values) {
        List<LinkFrame.Long> frames = new ArrayList<>();
        List<Telegram> telegrams = sample.stream().map(Telegram::decode).toList();
        List<DataRecord> all =
                telegrams.stream().flatMap(each -> each.records().stream()).toList();
        for (int i = 0; i < sample.size(); i++) {
            byte[] data = sample.get(i).data().toArray();
            for (MbusField field : fields.values()) {
                Measurement value = values.get(field.name());
                Optional<DataRecord> record = field.find(all);
                if (value != null && record.isPresent() && isOf(telegrams.get(i), record.get())) {
                    byte[] octets =
                            record.get().encode(field.raw(record.get(), value)).toArray();
                    System.arraycopy(octets, 0, data, record.get().at(), octets.length);
                }
            }
            if (telegrams.get(i).meter().isPresent()) {
                meter.ifPresent(id -> System.arraycopy(id.octets().toArray(), 0, data, 0, MeterId.LENGTH));
                data[MeterId.LENGTH] = (byte) (access + i);
            }
            LinkFrame.Long said = sample.get(i);
            frames.add(new LinkFrame.Long(said.control(), address, said.information(), Bytes.of(data)));
        }
        return frames;
    }

    private static boolean isOf(Telegram telegram, DataRecord record) {
        return telegram.records().stream().anyMatch(each -> each == record);
    }
}
