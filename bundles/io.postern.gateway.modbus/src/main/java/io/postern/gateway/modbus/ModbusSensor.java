// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.Reading;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.ReadingSink;
import io.postern.sensor.modbus.Answer;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.Request;
import java.io.IOException;
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
    private final UnitClient client;
    private Optional<String> fault = Optional.empty();
    private Optional<String> notAccepted = Optional.empty();

    ModbusSensor(ModbusSettings settings, ReadingSink sink, InstantSource clock, LongSupplier nanoTime) {
        this.settings = settings;
        this.sink = sink;
        this.clock = clock;
        this.client = new UnitClient(
                new UnitAddress(settings.unit(), Framing.RTU, settings.echo()), settings.timeout(), nanoTime);
    }

    @Override
    public void run(Line.Channel channel) throws IOException, InterruptedException {
        List<Block> blocks = poll(channel);
        settings.map().decode(settings.leaf(), clock.instant(), blocks).ifPresent(this::hand);
    }

    private List<Block> poll(Line.Channel channel) throws IOException, InterruptedException {
        List<Block> blocks = new ArrayList<>();
        try {
            for (Request.Read request : settings.map().requests()) {
                if (client.ask(channel, request) instanceof Answer.Data(Block block)) {
                    blocks.add(block);
                }
            }
        } catch (ModbusException | RefusedException e) {
            failed(e);
            throw e;
        }
        if (fault.isPresent()) {
            fault = Optional.empty();
            LOG.atInfo()
                    .addKeyValue("deviceId", settings.leaf())
                    .addKeyValue("unit", settings.unit())
                    .log("unit answers again");
        }
        return blocks;
    }

    private void failed(IOException e) {
        String why = String.valueOf(e.getMessage());
        boolean news = fault.isEmpty();
        fault = Optional.of(why);
        LOG.atLevel(news ? Level.WARN : Level.DEBUG)
                .addKeyValue("deviceId", settings.leaf())
                .addKeyValue("unit", settings.unit())
                .addKeyValue("why", why)
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
