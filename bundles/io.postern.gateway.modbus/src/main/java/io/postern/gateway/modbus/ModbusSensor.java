// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.Reading;
import io.postern.gateway.modbus.ModbusException.Fault;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.ReadingSink;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Polls one unit: fetches its registers and hands the reading on. It is the task that the line runs when due, so all of it
 * happens on the line's thread. A trouble is told when it begins, changes and ends, not at each poll.
 */
final class ModbusSensor implements Line.Task {
    private static final Logger LOG = LoggerFactory.getLogger(ModbusSensor.class);

    private final ModbusSettings settings;
    private final ReadingSink sink;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final RtuClient client;
    private final UnitRest rest;
    private Optional<Fault> fault = Optional.empty();
    private Optional<String> notAccepted = Optional.empty();

    ModbusSensor(ModbusSettings settings, ReadingSink sink, InstantSource clock, LongSupplier nanoTime) {
        this.settings = settings;
        this.sink = sink;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.client = new RtuClient(settings.unit(), settings.timeout(), settings.echo());
        // an attempt in vain takes the timeout and then the quiet after it
        this.rest = new UnitRest(settings.timeout().multipliedBy(2));
    }

    @Override
    public void run(Line.Channel channel) throws IOException, InterruptedException {
        if (rest.isResting(nanoTime.getAsLong())) {
            return;
        }
        List<Frame> frames = poll(channel);
        settings.map().decode(settings.leaf(), clock.instant(), frames).ifPresent(this::hand);
    }

    private List<Frame> poll(Line.Channel channel) throws IOException, InterruptedException {
        List<Frame> frames = new ArrayList<>();
        try {
            for (ReadRequest request : settings.map().requests()) {
                frames.add(client.read(channel, request));
            }
        } catch (ModbusException e) {
            failed(e);
            throw e;
        }
        rest.answered();
        if (fault.isPresent()) {
            fault = Optional.empty();
            LOG.atInfo()
                    .addKeyValue("deviceId", settings.leaf())
                    .addKeyValue("unit", settings.unit())
                    .log("unit answers again");
        }
        return frames;
    }

    private void failed(ModbusException e) {
        Duration pause = Duration.ZERO;
        if (e.fault() instanceof Fault.Refused) {
            rest.answered();
        } else {
            pause = rest.missed(nanoTime.getAsLong());
        }
        boolean news = fault.filter(before -> before.isLike(e.fault())).isEmpty();
        fault = Optional.of(e.fault());
        LOG.atLevel(news ? Level.WARN : Level.DEBUG)
                .addKeyValue("deviceId", settings.leaf())
                .addKeyValue("unit", settings.unit())
                .addKeyValue("restMs", pause.toMillis())
                .addKeyValue("why", e.getMessage())
                .log("unit gave no reading");
    }

    private void hand(Reading reading) {
        try {
            sink.accept(reading);
            if (notAccepted.isPresent()) {
                notAccepted = Optional.empty();
                LOG.atInfo().addKeyValue("deviceId", settings.leaf()).log("readings are accepted again");
            }
        } catch (IOException | IllegalArgumentException e) {
            // not the unit's fault: the poll was good, the reading is lost, the next one may pass
            String why = String.valueOf(e.getMessage());
            boolean news = notAccepted.filter(why::equals).isEmpty();
            notAccepted = Optional.of(why);
            LOG.atLevel(news ? Level.WARN : Level.DEBUG)
                    .addKeyValue("deviceId", settings.leaf())
                    .addKeyValue("unit", settings.unit())
                    .setCause(e)
                    .log("reading was not accepted and is lost");
        }
    }
}
