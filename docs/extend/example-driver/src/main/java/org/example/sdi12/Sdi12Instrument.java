// SPDX-License-Identifier: Apache-2.0
package org.example.sdi12;

import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.Line;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One sensor. It has no thread: the line's thread calls it. */
final class Sdi12Instrument implements Instrument.Polled {
    // spec: SDI-12 1.4, 7.2: a sensor answers within 15 ms; adapters pass it on later
    private static final Duration PATIENCE = Duration.ofMillis(200);
    private static final Duration TURNAROUND = Duration.ofMillis(15);
    private static final int LONGEST = 84; // 75 characters of values, address, check sum, line end, and some to notice
    private static final String END = "\r\n";

    private final String address;
    private final Sdi12Mapping mapping;

    Sdi12Instrument(String address, Sdi12Mapping mapping) {
        this.address = address;
        this.mapping = mapping;
    }

    @Override
    public List<Exchange> plan(Line.Timing timing, Set<String> fields) {
        return commands(fields).stream()
                .map(command -> {
                    int octets = question(command).length + 6 + 9 * values(command); // a value has 9 characters at most
                    return new Exchange(
                            command,
                            timing.silence()
                                    .plus(timing.octets(octets))
                                    .plus(TURNAROUND)
                                    .plus(timing.latency()));
                })
                .toList();
    }

    @Override
    public Observation read(Line.Channel channel, Set<String> fields) throws IOException, InterruptedException {
        Map<String, List<Double>> answers = new LinkedHashMap<>();
        for (String command : commands(fields)) {
            answers.put(command, ask(channel, command));
        }
        var values = new LinkedHashMap<String, Measurement>();
        mapping.fields().forEach((name, place) -> {
            if (fields.contains(name)) {
                values.put(
                        name,
                        new Measurement.Quantity(answers.get(place.command()).get(place.index() - 1)));
            }
        });
        return new Observation(values);
    }

    private List<Double> ask(Line.Channel channel, String command) throws IOException, InterruptedException {
        String line = exchange(channel, command);
        if (line.equals(address)) {
            channel.note(Line.Event.REFUSED);
            throw new AnsweredException("sensor " + address + " has no values for " + command);
        }
        List<Double> values = Sdi12Answer.values(address, line).orElseThrow(() -> garbled(channel, command, line));
        if (values.size() < values(command)) {
            throw garbled(channel, command, line);
        }
        channel.note(Line.Event.FRAME);
        return values;
    }

    private IOException garbled(Line.Channel channel, String command, String line) {
        channel.note(Line.Event.GARBLED);
        return new IOException("sensor " + address + " answered " + command + " with " + line.length()
                + " characters that do not check out; look at the wiring");
    }

    /** The answer without its line end. */
    private String exchange(Line.Channel channel, String command) throws IOException, InterruptedException {
        byte[] question = question(command);
        channel.write(question);
        var buffer = new byte[LONGEST];
        int length = 0;
        Duration patience = channel.timing().octets(question.length).plus(PATIENCE);
        while (length < LONGEST) {
            int got = channel.read(buffer, length, patience);
            if (got == 0) {
                break;
            }
            length += got;
            String heard = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
            int end = heard.indexOf(END);
            if (end >= 0) {
                return heard.substring(0, end);
            }
        }
        channel.note(length == 0 ? Line.Event.TIMEOUT : Line.Event.GARBLED);
        channel.quiet(PATIENCE); // an answer that still comes must not meet the next question
        throw new IOException("sensor " + address + " did not answer " + command + " within " + patience.toMillis()
                + " ms; " + length + " characters came");
    }

    @Override
    public Fingerprint identify(Line.Channel channel) throws IOException, InterruptedException {
        String line = exchange(channel, "I");
        // spec: SDI-12 1.4, 4.4.2: address, version, 8 characters vendor, 6 model, 3 revision, then the sensor's own
        if (!line.startsWith(address) || line.length() < 20) {
            throw garbled(channel, "I", line);
        }
        channel.note(Line.Event.FRAME);
        var facts = new TreeMap<String, String>();
        facts.put("vendor", line.substring(3, 11).strip());
        facts.put("product", line.substring(11, 17).strip());
        facts.put("revision", line.substring(17, 20).strip());
        if (line.length() > 20) {
            facts.put("serial", line.substring(20).strip());
        }
        return new Fingerprint(facts);
    }

    @Override
    public Measurement write(Line.Channel channel, String field, Measurement value) {
        throw new IllegalArgumentException(field + " cannot be written: SDI-12 sensors only tell");
    }

    private List<String> commands(Set<String> fields) {
        return mapping.fields().entrySet().stream()
                .filter(field -> fields.contains(field.getKey()))
                .map(field -> field.getValue().command())
                .distinct()
                .sorted()
                .toList();
    }

    /** How many values the answer must have. */
    private int values(String command) {
        return mapping.fields().values().stream()
                .filter(place -> place.command().equals(command))
                .mapToInt(Sdi12Mapping.Place::index)
                .max()
                .orElse(0);
    }

    private byte[] question(String command) {
        return (address + command + "!").getBytes(StandardCharsets.US_ASCII);
    }
}
