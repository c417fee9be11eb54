// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.mbus;

import io.postern.sensor.Measurement;
import io.postern.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The meter's end of the line, for simulators: answers as EN 13757-2 has it. Owned by one thread. */
public final class MbusPeer {
    private static final int SELECT = 0x52; // spec: EN 13757-3, 11.3

    private final MbusMapping mapping;
    private final int address;
    private final MeterId meter;
    private final LinkParser parser = new LinkParser();
    private boolean selected;
    private Optional<Integer> lastCount = Optional.empty(); // the frame count bit of the last request
    private int telegram;
    private int access;

    /** @param meter empty for the meter of the template's sample */
    public MbusPeer(MbusMapping mapping, int address, Optional<MeterId> meter) {
        this.mapping = mapping;
        this.address = address;
        this.meter = meter.or(() -> Telegram.decode(mapping.sample().getFirst()).meter())
                .orElseThrow(() -> new IllegalArgumentException("the sample does not say who the meter is"));
    }

    /** Hears what the other end says, in any chunks, and gives the frames to answer. */
    public List<Bytes> hear(byte[] octets, int count, Map<String, Measurement> values) {
        List<Bytes> answers = new ArrayList<>();
        for (LinkParser.Heard heard : parser.accept(octets, count)) {
            if (heard instanceof LinkParser.Heard.Frame(LinkFrame frame)) {
                answer(frame, values).ifPresent(answer -> answers.add(answer.encode()));
            }
        }
        return answers;
    }

    private Optional<LinkFrame> answer(LinkFrame frame, Map<String, Measurement> values) {
        return switch (frame) {
            case LinkFrame.Ack() -> Optional.empty();
            case LinkFrame.Short(int control, int to) -> isFor(to) ? answer(control, to, values) : Optional.empty();
            case LinkFrame.Long(int _, int to, int information, Bytes data) ->
                to == LinkFrame.SELECTED && information == SELECT ? select(data) : Optional.empty();
        };
    }

    private boolean isFor(int to) {
        return to == address || to == LinkFrame.ANY || (to == LinkFrame.SELECTED && selected);
    }

    private Optional<LinkFrame> answer(int control, int to, Map<String, Measurement> values) {
        if (control == LinkFrame.SND_NKE) {
            selected = selected && to != LinkFrame.SELECTED;
            restart();
            return Optional.of(new LinkFrame.Ack());
        }
        if ((control & ~LinkFrame.FRAME_COUNT_BIT) != LinkFrame.REQ_UD2) {
            return Optional.empty();
        }
        int bit = control & LinkFrame.FRAME_COUNT_BIT;
        boolean next = lastCount.filter(last -> last != bit).isPresent();
        if (next) {
            telegram = (telegram + 1) % mapping.sample().size();
            access++;
        }
        lastCount = Optional.of(bit);
        return Optional.of(
                mapping.encode(address, Optional.of(meter), access, values).get(telegram));
    }

    private Optional<LinkFrame> select(Bytes data) {
        selected = data.length() == MeterId.LENGTH && new MeterId(data).selects(meter);
        restart();
        return selected ? Optional.of(new LinkFrame.Ack()) : Optional.empty();
    }

    private void restart() {
        lastCount = Optional.empty();
        telegram = 0;
    }
}
