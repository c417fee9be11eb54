// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mbus;

import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.Line;
import io.postern.sensor.Fingerprint;
import io.postern.sensor.Measurement;
import io.postern.sensor.Observation;
import io.postern.sensor.mbus.LinkFrame;
import io.postern.sensor.mbus.LinkParser;
import io.postern.sensor.mbus.LinkParser.Heard;
import io.postern.sensor.mbus.MbusMapping;
import io.postern.sensor.mbus.MeterId;
import io.postern.sensor.mbus.Telegram;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * One meter. Each reading begins with a reset of the link or a selection: a meter that has sent an answer that was lost
 * repeats it when the frame count bit tells it nothing new, and what it repeats is old.
 */
final class MbusInstrument implements Instrument.Polled {
    private static final int SELECT = 0x52; // spec: EN 13757-3, 11.3
    // spec: EN 13757-2, 5.7.2: a meter begins its answer within 330 bit times and 50 ms
    private static final int BITS = 330;
    private static final Duration BESIDES = Duration.ofMillis(50);
    private static final int BITS_OF_A_CHARACTER = 11; // start, eight, even parity, stop
    // adapters hand over what they have every 16 ms, and a loaded machine is slower still
    private static final Duration LONGEST_GAP = Duration.ofMillis(100);

    private final MbusMapping mapping;
    private final MbusAddress address;
    private final LongSupplier nanoTime;

    MbusInstrument(MbusMapping mapping, MbusAddress address, LongSupplier nanoTime) {
        this.mapping = mapping;
        this.address = address;
        this.nanoTime = nanoTime;
    }

    @Override
    public List<Exchange> plan(Line.Timing timing, Set<String> fields) {
        Duration between = timing.silence().plus(timing.latency()).plus(timing.octets(1));
        List<Exchange> exchanges = new ArrayList<>();
        int opening = opening().encode().length() + 1;
        exchanges.add(new Exchange(
                switch (address) {
                    case MbusAddress.Primary _ -> "reset the link";
                    case MbusAddress.Secondary _ -> "select the meter";
                },
                timing.octets(opening).plus(between)));
        for (LinkFrame.Long telegram : mapping.sample()) {
            int octets = telegram.encode().length() + 5;
            exchanges.add(new Exchange("ask for data", timing.octets(octets).plus(between)));
        }
        return exchanges;
    }

    @Override
    public Observation read(Line.Channel channel, Set<String> fields) throws IOException, InterruptedException {
        List<Telegram> telegrams = telegrams(channel, mapping.sample().size());
        for (Telegram telegram : telegrams) {
            if (telegram.trouble().isPresent()) {
                channel.note(Line.Event.REFUSED);
                throw new AnsweredException(told(telegram.trouble().get() + "; its values do not count"));
            }
        }
        try {
            return new Observation(mapping.decode(telegrams, fields));
        } catch (IllegalArgumentException e) {
            throw new IOException(told(e.getMessage() + "; is this the meter the template is for?"), e);
        }
    }

    @Override
    public Fingerprint identify(Line.Channel channel) throws IOException, InterruptedException {
        var facts = new TreeMap<String, String>();
        Optional<MeterId> meter = telegrams(channel, 1).getFirst().meter();
        meter.ifPresent(id -> {
            facts.put("vendor", id.maker());
            facts.put("product", id.mediumName());
            facts.put("revision", Integer.toString(id.version()));
            facts.put("serial", id.serial());
        });
        return new Fingerprint(facts);
    }

    @Override
    public Measurement write(Line.Channel channel, String field, Measurement value) {
        throw new IllegalArgumentException(field + " cannot be written: meters on an M-Bus are only read");
    }

    private LinkFrame opening() {
        return switch (address) {
            case MbusAddress.Primary(int primary) -> new LinkFrame.Short(LinkFrame.SND_NKE, primary);
            case MbusAddress.Secondary(MeterId meter) ->
                new LinkFrame.Long(LinkFrame.SND_UD, LinkFrame.SELECTED, SELECT, meter.octets());
        };
    }

    private int spokenTo() {
        return switch (address) {
            case MbusAddress.Primary(int primary) -> primary;
            case MbusAddress.Secondary _ -> LinkFrame.SELECTED;
        };
    }

    private List<Telegram> telegrams(Line.Channel channel, int most) throws IOException, InterruptedException {
        ask(channel, opening(), frame -> frame instanceof LinkFrame.Ack);
        List<Telegram> telegrams = new ArrayList<>();
        int count = LinkFrame.FRAME_COUNT_BIT; // spec: EN 13757-2, 5.7.4: set in the first request after a reset
        do {
            var request = new LinkFrame.Short(LinkFrame.REQ_UD2 & ~LinkFrame.FRAME_COUNT_BIT | count, spokenTo());
            LinkFrame answer = ask(channel, request, this::isOurs);
            telegrams.add(telegram(channel, (LinkFrame.Long) answer));
            count ^= LinkFrame.FRAME_COUNT_BIT;
        } while (telegrams.getLast().more() && telegrams.size() < most);
        return telegrams;
    }

    private boolean isOurs(LinkFrame frame) {
        // spec: EN 13757-2, 5.7.3: bits 4 and 5 of a meter's control octet ask for access and flow control
        return frame instanceof LinkFrame.Long said
                && (said.control() & 0xCF) == LinkFrame.RSP_UD
                && switch (address) {
                    case MbusAddress.Primary(int primary) -> said.address() == primary || primary == LinkFrame.ANY;
                    case MbusAddress.Secondary _ -> true; // its own address, whatever that is; the header says who
                };
    }

    private Telegram telegram(Line.Channel channel, LinkFrame.Long frame) throws IOException {
        Telegram telegram;
        try {
            telegram = Telegram.decode(frame);
        } catch (IllegalArgumentException e) {
            channel.note(Line.Event.GARBLED);
            throw new IOException(told(String.valueOf(e.getMessage())), e);
        }
        if (address instanceof MbusAddress.Secondary(MeterId wanted)
                && telegram.meter().filter(wanted::selects).isEmpty()) {
            channel.note(Line.Event.GARBLED);
            throw new IOException(told("another meter answered: "
                    + telegram.meter().map(MeterId::toString).orElse("one that does not say who it is")));
        }
        return telegram;
    }

    /** Sends a frame and waits for the one that answers it. */
    private LinkFrame ask(Line.Channel channel, LinkFrame question, Predicate<LinkFrame> wanted)
            throws IOException, InterruptedException {
        byte[] octets = question.encode().toArray();
        channel.write(octets);
        Line.Timing timing = channel.timing();
        Duration patience =
                timing.octets(BITS / BITS_OF_A_CHARACTER).plus(BESIDES).plus(mapping.patience());
        long deadline = nanoTime.getAsLong()
                + timing.octets(octets.length).plus(patience).toNanos();
        var parser = new LinkParser();
        var buffer = new byte[512];
        Optional<String> trouble = Optional.empty();
        while (true) {
            boolean within = parser.state() instanceof LinkParser.State.Gathering;
            long left = within ? gap(timing).toNanos() : deadline - nanoTime.getAsLong();
            int got = left > 0 ? channel.read(buffer, 0, Duration.ofNanos(left)) : 0;
            for (Heard heard : got > 0 ? parser.accept(buffer, got) : parser.silence()) {
                switch (heard) {
                    case Heard.Frame(LinkFrame frame) -> {
                        channel.note(Line.Event.FRAME);
                        if (wanted.test(frame)) {
                            return frame;
                        }
                        // adapters that echo say back the question; that is nobody's answer
                        trouble =
                                frame.equals(question) ? trouble : Optional.of("something else was answered: " + frame);
                    }
                    case Heard.Garbled(String why) -> {
                        channel.note(Line.Event.GARBLED);
                        trouble = Optional.of(why + "; do two meters answer at once?");
                    }
                }
            }
            if (got == 0 && (!within || deadline - nanoTime.getAsLong() <= 0)) {
                throw missed(channel, timing, trouble);
            }
        }
    }

    private IOException missed(Line.Channel channel, Line.Timing timing, Optional<String> trouble)
            throws IOException, InterruptedException {
        if (trouble.isEmpty()) {
            channel.note(Line.Event.TIMEOUT);
        }
        channel.quiet(gap(timing)); // a late answer is not to look like the next one
        return new IOException(told(trouble.orElse(
                "no answer; is the bus powered, is the address right, is the line set to even parity?")));
    }

    /** How long a line may be silent in the midst of a frame. */
    private static Duration gap(Line.Timing timing) {
        Duration characters = timing.octets(3);
        return characters.compareTo(LONGEST_GAP) > 0 ? characters : LONGEST_GAP;
    }

    private String told(String what) {
        String meter =
                switch (address) {
                    case MbusAddress.Primary(int primary) -> "meter " + primary;
                    case MbusAddress.Secondary(MeterId id) -> "meter " + id;
                };
        return meter + ": " + what;
    }
}
