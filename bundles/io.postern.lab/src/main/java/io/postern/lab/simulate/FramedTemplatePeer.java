// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import io.postern.lab.sim.PeerStation;
import io.postern.sensor.Measurement;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.framed.FrameKind;
import io.postern.sensor.framed.FrameParser;
import io.postern.sensor.framed.FramedMapping;
import io.postern.sensor.framed.FramedOrder;
import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/** An instrument that speaks in frames of its own. */
final class FramedTemplatePeer implements TemplatePeer {
    private final Template template;
    private final FramedMapping mapping;
    private final String address;
    private final Pace pace;
    private final LongFunction<Map<String, Measurement>> values;

    /**
     * @param address as the leaf's configuration has it; may be empty
     * @throws IllegalArgumentException when the curves begin with what cannot be said
     */
    FramedTemplatePeer(Template template, String address, int individual, Pace pace) throws TemplateException {
        this.template = template;
        this.mapping = FramedMapping.of(template);
        this.address = address;
        this.pace = pace;
        Map<String, Schema> schemas = new LinkedHashMap<>();
        mapping.fields().forEach((name, field) -> schemas.put(name, field.schema()));
        this.values = TemplatePeer.values(template, schemas, individual, pace);
        mapping.kinds().values().forEach(kind -> mapping.encode(kind, values.apply(pace.origin())));
    }

    @Override
    public String title() {
        return (address.isEmpty() ? "" : address + ": ") + template.title();
    }

    @Override
    public PeerStation station(Pace line) {
        return PeerStation.framed(mapping, address, line.turnaround(), line.origin(), values);
    }

    @Override
    public boolean hasCheckSum() {
        return mapping.kinds().values().stream()
                .anyMatch(kind -> kind.format().check().isPresent());
    }

    @Override
    public Bytes spoiled(Bytes frame) {
        return mapping.kinds().values().stream()
                .filter(kind -> content(kind, frame).isPresent())
                .findFirst()
                .map(kind -> kind.format().spoiled(frame))
                .orElse(frame);
    }

    /** What stands in a frame of this kind; empty when it is none. */
    private static Optional<Bytes> content(FrameKind kind, Bytes frame) {
        var parser = new FrameParser(kind.format());
        List<FrameParser.Heard> heard = new ArrayList<>(parser.accept(frame.toArray(), frame.length()));
        heard.addAll(parser.silence());
        return heard.size() == 1
                        && heard.getFirst() instanceof FrameParser.Heard.Frame(Bytes content)
                        && kind.matches(content)
                ? Optional.of(content)
                : Optional.empty();
    }

    @Override
    public String asked(Bytes octets) {
        String heard = text(octets);
        for (FrameKind kind : mapping.kinds().values()) {
            if (kind.question(address)
                    .filter(question -> heard.endsWith(text(question)))
                    .isPresent()) {
                return "asked for " + kind.name();
            }
        }
        for (FramedOrder order : mapping.orders().values()) {
            String form = text(order.send()).replace("{address}", address);
            int hole = form.indexOf("{value}");
            String begin = hole < 0 ? form : form.substring(0, hole);
            if (!begin.isEmpty() && heard.contains(begin)) {
                return "told " + order.name() + " by " + shown(octets);
            }
        }
        return "hears " + shown(octets);
    }

    @Override
    public String said(Bytes frame) {
        for (FrameKind kind : mapping.kinds().values()) {
            Optional<Bytes> content = content(kind, frame);
            if (content.isPresent()) {
                var found = new LinkedHashMap<>(mapping.decode(kind, content.get()));
                found.putAll(mapping.identify(kind, content.get()));
                return kind.name() + ": " + (found.isEmpty() ? shown(frame) : Words.values(found));
            }
        }
        return shown(frame);
    }

    private static String shown(Bytes octets) {
        return '"' + Shown.of(text(octets).strip()) + '"';
    }

    private static String text(Bytes octets) {
        return new String(octets.toArray(), StandardCharsets.ISO_8859_1);
    }
}
