// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import io.postern.lab.sim.PeerStation;
import io.postern.sensor.Measurement;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.mbus.LinkFrame;
import io.postern.sensor.mbus.LinkParser;
import io.postern.sensor.mbus.MbusMapping;
import io.postern.sensor.mbus.MeterId;
import io.postern.sensor.mbus.Telegram;
import io.postern.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/** A meter on an M-Bus. */
final class MbusTemplatePeer implements TemplatePeer {
    private static final int MOST_PRIMARY = 250; // spec: EN 13757-2, 5.7.5
    private static final int FIRST_SERIAL = 20_240_000; // so that a number looks like one

    private final Template template;
    private final MbusMapping mapping;
    private final int primary;
    private final Optional<MeterId> meter;
    private final LongFunction<Map<String, Measurement>> values;

    /**
     * @param address {@code primary:N}, or {@code secondary:} and what is printed on the meter
     * @throws IllegalArgumentException when it is neither, or the curves begin with what cannot be said
     */
    MbusTemplatePeer(Template template, String address, int individual, Pace pace) throws TemplateException {
        this.template = template;
        this.mapping = MbusMapping.of(template);
        this.primary = primary(address);
        String printed = address.startsWith("secondary:")
                ? address.substring("secondary:".length())
                : Integer.toString(FIRST_SERIAL + individual);
        this.meter = Telegram.decode(mapping.sample().getFirst())
                .meter()
                .map(sample -> printed.length() > 8
                        ? printed
                        : printed + sample.toString().substring(8))
                .map(MeterId::parse);
        Map<String, Schema> schemas = new LinkedHashMap<>();
        mapping.fields().forEach((name, field) -> schemas.put(name, field.schema()));
        this.values = TemplatePeer.values(template, schemas, individual, pace);
        mapping.encode(primary, meter, 0, values.apply(pace.origin()));
    }

    private static int primary(String address) {
        if (address.startsWith("secondary:")) {
            return 0; // as meters are delivered
        }
        int primary = address.matches("primary:[0-9]{1,3}") ? Integer.parseInt(address.substring(8)) : -1;
        if (primary < 0 || primary > MOST_PRIMARY) {
            throw new IllegalArgumentException("--address of a meter is primary:0 to primary:" + MOST_PRIMARY
                    + " or secondary:06855817, not " + address);
        }
        return primary;
    }

    @Override
    public String title() {
        return "primary:" + primary
                + meter.map(id -> ", secondary:" + id.serial()).orElse("") + ": " + template.title();
    }

    @Override
    public PeerStation station(Pace line) {
        return PeerStation.mbus(mapping, primary, meter, line.turnaround(), values);
    }

    @Override
    public boolean hasCheckSum() {
        return true;
    }

    /** An acknowledgement is one octet and has none. */
    @Override
    public Bytes spoiled(Bytes frame) {
        byte[] octets = frame.toArray();
        if (octets.length > 2) {
            octets[octets.length - 2] ^= 1;
        }
        return Bytes.of(octets);
    }

    @Override
    public String asked(Bytes octets) {
        return frame(octets)
                .map(frame -> switch (frame) {
                    case LinkFrame.Ack _ -> "hears an acknowledgement";
                    case LinkFrame.Short(int control, int to) ->
                        control == LinkFrame.SND_NKE
                                ? "link of " + named(to) + " reset"
                                : (control & ~LinkFrame.FRAME_COUNT_BIT) == LinkFrame.REQ_UD2
                                        ? named(to) + " asked for its data"
                                        : "hears " + octets;
                    case LinkFrame.Long(int _, int to, int information, Bytes data) ->
                        to == LinkFrame.SELECTED && information == 0x52 && data.length() == 8
                                ? "meter " + new MeterId(data).serial() + " selected"
                                : "hears " + octets;
                })
                .orElse("hears " + octets);
    }

    private static String named(int to) {
        return switch (to) {
            case LinkFrame.SELECTED -> "the selected meter";
            case LinkFrame.ANY -> "every meter";
            default -> "primary:" + to;
        };
    }

    @Override
    public String said(Bytes octets) {
        Optional<LinkFrame> frame = frame(octets);
        if (frame.isPresent() && frame.get() instanceof LinkFrame.Long data) {
            return Words.values(mapping.decode(
                    List.of(Telegram.decode(data)), mapping.fields().keySet()));
        }
        return "acknowledges";
    }

    /** The last frame in what is heard. */
    private static Optional<LinkFrame> frame(Bytes octets) {
        return new LinkParser()
                .accept(octets.toArray(), octets.length()).stream()
                        .filter(LinkParser.Heard.Frame.class::isInstance)
                        .map(heard -> ((LinkParser.Heard.Frame) heard).frame())
                        .reduce((_, last) -> last);
    }
}
