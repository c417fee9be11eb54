// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mbus;

import io.postern.drivertest.DriverContract;
import io.postern.drivertest.SimulatedInstrument;
import io.postern.gateway.spi.Driver;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import io.postern.sensor.mbus.MbusMapping;
import io.postern.sensor.mbus.MbusPeer;
import io.postern.sensor.mbus.Telegram;
import io.postern.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What every driver keeps, with a heat meter. */
class MbusDriverTest extends DriverContract {
    private static final int ADDRESS = 5;

    private final Template template = Templates.shipped().read("kamstrup-multical-601");
    private final MbusMapping mapping = MbusMapping.of(template);

    MbusDriverTest() throws Exception {}

    @Override
    protected Driver driver() {
        return new MbusDriver();
    }

    @Override
    protected Template template() {
        return template;
    }

    @Override
    protected String address() {
        return "primary:" + ADDRESS;
    }

    @Override
    protected List<String> badAddresses() {
        return List.of("", "5", "primary:251", "unit:5", "secondary:123");
    }

    @Override
    protected Map<String, Measurement> shown() {
        List<Telegram> telegrams =
                mapping.sample().stream().map(Telegram::decode).toList();
        return Map.copyOf(mapping.decode(telegrams, mapping.fields().keySet()));
    }

    @Override
    protected Map<String, Measurement> shownLater() {
        var later = new LinkedHashMap<String, Measurement>();
        shown().forEach((name, value) -> later.put(name, new Quantity(((Quantity) value).value() + 1)));
        return later;
    }

    @Override
    protected SimulatedInstrument showing(Map<String, Measurement> values) {
        return new Meter(new MbusPeer(mapping, ADDRESS, Optional.empty()), values);
    }

    private record Meter(MbusPeer peer, Map<String, Measurement> values) implements SimulatedInstrument {
        @Override
        public byte[] answer(byte[] question) {
            return Bytes.concat(peer.hear(question, question.length, values).toArray(Bytes[]::new))
                    .toArray();
        }

        /** The same with the next address. */
        @Override
        public Optional<byte[]> neighbour(byte[] question) {
            byte[] answer = answer(question);
            if (answer.length > 1) {
                answer[5] += 1;
                answer[answer.length - 2] += 1;
            }
            return Optional.of(answer);
        }
    }
}
