// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.framed;

import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.Line;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import io.postern.sensor.framed.FrameKind;
import io.postern.sensor.framed.FramedMapping;
import io.postern.sensor.framed.FramedOrder;
import io.postern.wire.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * One instrument that speaks in frames. Kinds of frames with a question are asked for, one after another; the others are
 * waited for together, and only what is said while the instrument is read counts.
 */
final class FramedInstrument implements Instrument.Polled {
    private final FramedMapping mapping;
    private final String address;
    private final LongSupplier nanoTime;

    FramedInstrument(FramedMapping mapping, String address, LongSupplier nanoTime) {
        this.mapping = mapping;
        this.address = address;
        this.nanoTime = nanoTime;
    }

    @Override
    public List<Exchange> plan(Line.Timing timing, Set<String> fields) {
        List<Exchange> exchanges = new ArrayList<>();
        Duration longest = Duration.ZERO;
        int said = 0;
        List<String> listened = new ArrayList<>();
        for (FrameKind kind : mapping.kindsOf(fields)) {
            int octets = kind.format().octets(kind.sample().length());
            Optional<Bytes> question = kind.question(address);
            if (question.isPresent()) {
                Duration busTime = timing.octets(question.get().length() + octets)
                        .plus(timing.silence())
                        .plus(timing.latency());
                exchanges.add(new Exchange("ask for " + kind.name(), busTime));
            } else {
                listened.add(kind.name());
                said += octets;
                longest = kind.every().compareTo(longest) > 0 ? kind.every() : longest;
            }
        }
        if (!listened.isEmpty()) {
            // on average half of the time between two, but a plan is for the worst of moments
            exchanges.add(new Exchange(
                    "listen for " + String.join(", ", listened),
                    longest.plus(timing.octets(said)).plus(timing.latency())));
        }
        return exchanges;
    }

    @Override
    public Observation read(Line.Channel channel, Set<String> fields) throws IOException, InterruptedException {
        var values = new LinkedHashMap<String, Measurement>();
        for (var frame : hear(channel, mapping.kindsOf(fields)).entrySet()) {
            try {
                mapping.decode(frame.getKey(), frame.getValue()).forEach((name, value) -> {
                    if (fields.contains(name)) {
                        values.put(name, value);
                    }
                });
            } catch (IllegalArgumentException e) {
                channel.note(Line.Event.GARBLED);
                throw new IOException(
                        "in the frame " + frame.getKey().name() + ", " + e.getMessage()
                                + "; is this the instrument the template is for?",
                        e);
            }
        }
        return new Observation(values);
    }

    /** The frames of these kinds, fresh from the line. */
    private Map<FrameKind, Bytes> hear(Line.Channel channel, List<FrameKind> kinds)
            throws IOException, InterruptedException {
        var listener = new FrameListener(channel, nanoTime);
        var frames = new LinkedHashMap<FrameKind, Bytes>();
        for (FrameKind kind : kinds) {
            Optional<Bytes> question = kind.question(address);
            if (question.isPresent()) {
                frames.put(
                        kind, listener.ask(question.get(), kind.name(), kind.format(), kind.patience(), kind::matches));
            }
        }
        List<FrameKind> spoken =
                kinds.stream().filter(kind -> kind.ask().isEmpty()).toList();
        if (!spoken.isEmpty()) {
            frames.putAll(listener.listen(spoken));
        }
        return frames;
    }

    @Override
    public Fingerprint identify(Line.Channel channel) throws IOException, InterruptedException {
        var facts = new TreeMap<String, String>();
        for (var frame : hear(channel, mapping.identifying()).entrySet()) {
            try {
                mapping.identify(frame.getKey(), frame.getValue()).forEach((name, value) -> {
                    if (value instanceof Measurement.Text(String text)) {
                        facts.put(name, text);
                    }
                });
            } catch (IllegalArgumentException e) {
                throw new IOException("in the frame " + frame.getKey().name() + ", " + e.getMessage(), e);
            }
        }
        return new Fingerprint(facts);
    }

    @Override
    public Measurement write(Line.Channel channel, String field, Measurement value)
            throws IOException, InterruptedException {
        FramedOrder order = mapping.orders().get(field);
        if (order == null) {
            throw new IllegalArgumentException(field + " cannot be written: the template has no order for it");
        }
        Bytes octets = order.octets(address, value);
        Measurement answer = new Measurement.Flag(true);
        if (order.answer().isPresent()) {
            answer = answered(channel, order, octets);
        } else {
            channel.write(octets.toArray());
        }
        if (!mapping.fields().containsKey(field)) {
            return answer;
        }
        Measurement now = read(channel, Set.of(field)).values().get(field);
        if (now == null) {
            throw new IOException(field + " was written, and the instrument shows no value of it now");
        }
        return now;
    }

    private Measurement answered(Line.Channel channel, FramedOrder order, Bytes octets)
            throws IOException, InterruptedException {
        FramedOrder.Answer answer = order.answer().orElseThrow();
        Bytes content = new FrameListener(channel, nanoTime)
                .ask(
                        octets,
                        order.name(),
                        answer.format(),
                        answer.patience(),
                        said -> answer.isTaken(said) || answer.isRefused(said));
        String text = FrameListener.shown(content);
        if (!answer.isTaken(content)) {
            channel.note(Line.Event.REFUSED);
            throw new AnsweredException(order.name() + ": the instrument refused, it said \"" + text + "\"");
        }
        return new Measurement.Text(text);
    }
}
