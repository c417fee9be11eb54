// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.Line;
import io.postern.sensor.Measurement;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** Reads an instrument on a line: one task for all fields of equal period, all of them on the line's thread. */
final class PolledKeeper extends LeafKeeper {
    private final Instrument.Polled instrument;
    private final Line line;
    private volatile List<Line.Scheduled> tasks = List.of();
    private long opened; // of the line's thread

    PolledKeeper(
            Leaf leaf,
            LeafFields fields,
            Instrument.Polled instrument,
            Line line,
            GatewayClock clock,
            LongSupplier nanoTime) {
        super(leaf, fields, clock, nanoTime);
        this.instrument = instrument;
        this.line = line;
        this.opened = line.reopened();
    }

    @Override
    void start() {
        List<Line.Scheduled> scheduled = new ArrayList<>();
        fields.groups()
                .forEach((period, names) ->
                        scheduled.add(line.schedule(leaf.id().text(), period, channel -> poll(channel, names))));
        tasks = List.copyOf(scheduled);
    }

    private void poll(Line.Channel channel, Set<String> names) throws IOException, InterruptedException {
        long now = line.reopened();
        if (now != opened) {
            opened = now;
            doubt();
        }
        try {
            if (isCheckDue()) {
                check(() -> instrument.identify(channel));
            }
            if (isTrusted()) {
                observed(instrument.read(channel, names));
            }
        } catch (IOException e) {
            failed(e);
            throw e;
        }
    }

    @Override
    void look() {
        lookForSilence(
                tasks.stream().anyMatch(task -> task.resting().isPresent()),
                Optional.of("line " + line.name() + " does not serve it: is its port there?"));
    }

    @Override
    OrderDesk.Written write(String field, Measurement value, boolean readFirst, Duration patience)
            throws InterruptedException {
        var sending = new boolean[1]; // set by the line's thread before this one reads it
        try {
            return line.once(leaf.id().text(), patience, channel -> {
                if (isCheckDue()) {
                    check(() -> instrument.identify(channel));
                }
                if (!isTrusted()) {
                    return OrderDesk.Written.held();
                }
                if (readFirst) {
                    Measurement shown =
                            instrument.read(channel, Set.of(field)).values().get(field);
                    if (shown != null && OrderDesk.isSame(value, shown)) {
                        return OrderDesk.Written.shows(shown);
                    }
                }
                sending[0] = true;
                try {
                    return OrderDesk.Written.shows(instrument.write(channel, field, value));
                } catch (IllegalArgumentException e) {
                    return OrderDesk.Written.unfit(e);
                }
            });
        } catch (AnsweredException e) {
            return OrderDesk.Written.refused(e);
        } catch (IOException e) {
            return OrderDesk.Written.lost(e, sending[0]);
        }
    }

    @Override
    public void close() {
        tasks.forEach(Line.Scheduled::close);
    }
}
