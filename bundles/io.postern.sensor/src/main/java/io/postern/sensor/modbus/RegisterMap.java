// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.sensor.Node;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Where an instrument's fields lie in a Modbus unit: the {@code mapping} of a template whose driver is {@code modbus}.
 *
 * @param fields by name, in the order of the template; no two share a bit
 * @param writable the names of those that are properties to be written
 * @param commands by name
 * @param readable ranges that may be read as a whole, also where no field lies
 * @param timeout how long the unit may take to begin its answer
 * @param turnaround how long it usually takes; zero when the template does not say
 * @param writing how it wants to be written
 * @param identity what tells who it is
 */
public record RegisterMap(
        SequencedMap<String, Field> fields,
        Set<String> writable,
        Map<String, Command> commands,
        List<Span> readable,
        Duration timeout,
        Duration turnaround,
        Writing writing,
        Identity identity) {
    /**
     * What is written to carry out a command of the model.
     *
     * @param value empty when the command has an argument, which is written then
     */
    public record Command(Field field, Optional<Measurement> value) {}

    /** The function by which a unit is written. */
    public enum Writing {
        /** One coil or register with function 5 or 6, several with 15 or 16; 15 and 16 too if the unit lacks 5 and 6. */
        SINGLE,
        /** Always with functions 15 and 16. */
        MULTIPLE,
        /** Registers with function 23, which reads them back in the same answer. */
        READ_WRITE
    }

    /** Whether a unit can be asked for its device identification (function 43/14). */
    public enum Identification {
        YES,
        NO,
        /** The template does not say; asking once shows it. */
        UNKNOWN
    }

    /** @param facts registers by the name of the fact: {@code serial}, {@code vendor}, {@code product}, {@code revision} */
    public record Identity(Identification device, SequencedMap<String, Field> facts) {
        public Identity {
            facts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(facts));
        }
    }

    public RegisterMap {
        fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
        writable = Set.copyOf(writable);
        commands = Map.copyOf(commands);
        readable = List.copyOf(readable);
    }

    /** @throws TemplateException naming the line of the mapping that cannot be used */
    public static RegisterMap of(Template template) throws TemplateException {
        return of(template.mapping(), template.model());
    }

    /** @throws TemplateException naming the line of the mapping that cannot be used */
    public static RegisterMap of(Node.Members mapping, Model model) throws TemplateException {
        return new MapReader(mapping, model).read();
    }
}
