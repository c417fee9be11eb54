// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import io.postern.lab.sim.Fault;
import io.postern.lab.sim.PeerBus;
import io.postern.lab.sim.modbus.SimulatedBus.Exchange;
import io.postern.lab.sim.modbus.TemplateInstruments;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import io.postern.sensor.modbus.ExceptionCode;
import io.postern.sensor.modbus.Field;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says in plain words what an instrument was asked and what it answered. */
final class Words {
    private static final int MOST_FIELDS = 6; // of one answer; who wants all reads the answer

    private Words() {}

    /** One line: {@code unit 7: 4 of input from 0 (voltage, current) -> voltage 230.1, current 1.2}. */
    static String of(Exchange exchange, TemplateInstruments type) {
        String asked = asked(exchange.request(), type);
        String answered = exchange.answered()
                .map(answer -> answered(answer, exchange, type))
                .orElse("says nothing");
        return "unit " + exchange.unit() + ": " + asked + " -> " + answered + faulty(exchange.faults());
    }

    /** One line: {@code instrument 1: asked for weight -> weight: weight 143.20, stable on}. */
    static String of(PeerBus.Exchange exchange, List<TemplatePeer> peers) {
        if (exchange.who() == 0) {
            return peers.getFirst().asked(exchange.heard()) + " -> nobody answers";
        }
        TemplatePeer peer = peers.get(exchange.who() - 1);
        String asked = exchange.heard().isEmpty() ? "by itself" : peer.asked(exchange.heard());
        boolean mute = exchange.faults().contains(new Fault.Mute());
        String said = mute
                ? "says nothing"
                : exchange.said()
                        .map(peer::said)
                        .orElseGet(() -> "cannot say it: " + exchange.trouble().orElse(""));
        return "instrument " + exchange.who() + ": " + asked + " -> " + said + faulty(exchange.faults());
    }

    private static String faulty(List<Fault> faults) {
        return faults.isEmpty()
                ? ""
                : faults.stream()
                        .map(fault -> plain(fault.toString()))
                        .collect(Collectors.joining(", ", "  [faulty: ", "]"));
    }

    static String values(Map<String, Measurement> found) {
        List<String> values = new ArrayList<>();
        found.forEach((name, value) -> values.add(name + " " + text(value)));
        return shortened(values);
    }

    /** A record's text without its brackets when they are empty. */
    private static String plain(String record) {
        return record.replace("[]", "");
    }

    private static String asked(Bytes pdu, TemplateInstruments type) {
        Optional<Span> read = read(pdu);
        if (read.isPresent()) {
            return "read " + read.get() + named(read.get(), type);
        }
        Optional<Span> write = written(pdu);
        if (write.isPresent()) {
            return "write " + write.get() + named(write.get(), type);
        }
        return pdu.at(0) == 43 ? "say who you are" : "function " + pdu.at(0) + " " + pdu;
    }

    private static String answered(Bytes answer, Exchange exchange, TemplateInstruments type) {
        if ((answer.at(0) & 0x80) != 0) {
            return "refuses with exception " + new ExceptionCode(answer.at(1));
        }
        Optional<Span> read = read(exchange.request());
        if (read.isEmpty()) {
            return written(exchange.request()).isPresent() ? "takes it" : answer.length() + " octets";
        }
        Observation shown = type.shown(exchange.instrument().image());
        List<String> values = new ArrayList<>();
        for (Field field : fields(read.get(), type)) {
            Measurement value = shown.values().get(field.name());
            values.add(field.name() + " " + (value == null ? "none" : text(value)));
        }
        return values.isEmpty() ? answer.length() - 2 + " octets" : shortened(values);
    }

    private static String text(Measurement value) {
        return switch (value) {
            case Measurement.Quantity(double number) -> "%.5g".formatted(number);
            case Measurement.Count(long number) -> Long.toString(number);
            case Measurement.Flag(boolean flag) -> flag ? "on" : "off";
            case Measurement.Text(String text) -> '"' + text + '"';
        };
    }

    private static String named(Span span, TemplateInstruments type) {
        List<String> names = fields(span, type).stream().map(Field::name).toList();
        return names.isEmpty() ? " (no field there)" : " (" + shortened(names) + ")";
    }

    private static String shortened(List<String> all) {
        String begin = String.join(", ", all.subList(0, Math.min(MOST_FIELDS, all.size())));
        return all.size() <= MOST_FIELDS ? begin : begin + " and " + (all.size() - MOST_FIELDS) + " more";
    }

    private static List<Field> fields(Span span, TemplateInstruments type) {
        return type.map().fields().values().stream()
                .filter(field -> span.covers(field.span()))
                .toList();
    }

    private static Optional<Span> read(Bytes pdu) {
        int function = pdu.at(0);
        for (Space space : Space.values()) {
            if (space.function() == function) {
                return span(space, pdu);
            }
        }
        return function == 23 ? span(Space.HOLDING, pdu) : Optional.empty();
    }

    private static Optional<Span> written(Bytes pdu) {
        return switch (pdu.at(0)) {
            case 5 -> one(Space.COIL, pdu);
            case 6 -> one(Space.HOLDING, pdu);
            case 15 -> span(Space.COIL, pdu);
            case 16 -> span(Space.HOLDING, pdu);
            default -> Optional.empty();
        };
    }

    private static Optional<Span> one(Space space, Bytes pdu) {
        return pdu.length() < 3 ? Optional.empty() : Optional.of(new Span(space, word(pdu, 1), 1));
    }

    /** Empty when it is none; the instrument refuses it. */
    private static Optional<Span> span(Space space, Bytes pdu) {
        if (pdu.length() < 5 || word(pdu, 3) < 1 || word(pdu, 1) + word(pdu, 3) > 0x10000) {
            return Optional.empty();
        }
        return Optional.of(new Span(space, word(pdu, 1), word(pdu, 3)));
    }

    private static int word(Bytes pdu, int at) {
        return pdu.at(at) << 8 | pdu.at(at + 1);
    }
}
