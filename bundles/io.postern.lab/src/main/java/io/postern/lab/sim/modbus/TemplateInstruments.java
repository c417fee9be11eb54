// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.sim.modbus;

import io.postern.lab.sim.Curve;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.modbus.Field;
import io.postern.sensor.modbus.Form;
import io.postern.sensor.modbus.RegisterMap;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Instruments of the type that a template describes: its registers with the values of its curves, its identity. A field
 * that a client has written keeps what was written.
 */
public final class TemplateInstruments implements SimulatedInstrument.Type {
    private static final int FIRST_SERIAL = 20_240_000; // so that a serial number looks like one

    private final Template template;
    private final RegisterMap map;

    private TemplateInstruments(Template template, RegisterMap map) {
        this.template = template;
        this.map = map;
    }

    /** @throws TemplateException when the template is of another driver, or its mapping or a curve cannot be used */
    public static TemplateInstruments of(Template template) throws TemplateException {
        if (!template.driver().equals("modbus")) {
            throw template.mapping()
                    .place()
                    .refuse("this simulates instruments of the driver modbus, not of " + template.driver());
        }
        RegisterMap map = RegisterMap.of(template);
        template.simulation().only(map.fields().keySet());
        curves(template, map, 0);
        return new TemplateInstruments(template, map);
    }

    public String title() {
        return template.title();
    }

    public RegisterMap map() {
        return map;
    }

    /** What an instrument of this type shows, decoded as a driver would. */
    public Observation shown(RegisterImage image) {
        var values = new LinkedHashMap<String, Measurement>();
        map.fields().forEach((name, field) -> field.decode(image.block(field.span()))
                .ifPresent(value -> values.put(name, value)));
        return new Observation(values);
    }

    @Override
    public SimulatedInstrument make(int individual) {
        var image = new RegisterImage();
        map.readable().forEach(image::define);
        map.fields().values().forEach(field -> image.define(field.span()));
        map.commands().values().forEach(command -> image.define(command.field().span()));
        map.identity().facts().forEach((fact, field) -> {
            image.define(field.span());
            image.put(field.encode(fact(fact, field, individual)));
        });
        return new SimulatedInstrument(this, individual, image, identification(), new Moving(curves(individual)));
    }

    /** What to wait before an answer; zero when the template does not say. */
    @Override
    public Duration turnaround() {
        return map.turnaround();
    }

    private Map<String, Curve> curves(int individual) {
        try {
            return curves(template, map, individual);
        } catch (TemplateException e) {
            throw new IllegalStateException("curves that could be read before cannot be read now", e);
        }
    }

    private static Map<String, Curve> curves(Template template, RegisterMap map, int individual)
            throws TemplateException {
        var curves = new LinkedHashMap<String, Curve>();
        for (Field field : map.fields().values()) {
            if (template.simulation().optional(field.name()).isPresent()) {
                curves.put(field.name(), Curve.of(template.simulation(), field.name(), field.schema(), individual));
            }
        }
        return curves;
    }

    private Measurement fact(String fact, Field field, int individual) {
        long number = fact.equals("serial") ? FIRST_SERIAL + individual : 1;
        if (!(field.form() instanceof Form.Characters)) {
            return new Measurement.Count(
                    number % (1L << Math.min(62, 16 * field.span().count() - 1)));
        }
        String text =
                switch (fact) {
                    case "serial" -> Long.toString(number);
                    case "vendor" -> vendor();
                    case "product" -> template.name();
                    default -> "1.0";
                };
        return new Measurement.Text(
                text.substring(0, Math.min(text.length(), field.span().octets())));
    }

    private SortedMap<Integer, String> identification() {
        return map.identity().device() == RegisterMap.Identification.YES
                ? new TreeMap<>(Map.of(0, vendor(), 1, template.name(), 2, "1.0"))
                : new TreeMap<>();
    }

    private String vendor() {
        return template.title().split("[ ,]", 2)[0];
    }

    /** Fields that follow their curves until they are written. */
    private final class Moving implements SimulatedInstrument.Behaviour {
        private final Map<String, Curve> curves;
        private final Set<String> stuck = new HashSet<>();

        Moving(Map<String, Curve> curves) {
            this.curves = curves;
        }

        @Override
        public void refresh(RegisterImage image, Duration elapsed) {
            curves.forEach((name, curve) -> {
                if (!stuck.contains(name)) {
                    Field field = java.util.Objects.requireNonNull(map.fields().get(name));
                    image.put(field.encode(curve.at(elapsed), image.block(field.span())));
                }
            });
        }

        @Override
        public void written(RegisterImage image, Span span) {
            map.fields().forEach((name, field) -> {
                if (field.span().overlaps(span)) {
                    stuck.add(name);
                }
            });
        }

        @Override
        public boolean mayWrite(Space space, int address) {
            var one = new Span(space, address, 1);
            return map.writable().stream().anyMatch(name -> java.util.Objects.requireNonNull(
                                    map.fields().get(name))
                            .span()
                            .covers(one))
                    || map.commands().values().stream()
                            .anyMatch(command -> command.field().span().covers(one));
        }
    }
}
