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
import io.postern.wire.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

class MbusContractTest extends DriverContract {
    @Override
    protected Driver driver() {
        return new MbusDriver(clock());
    }

    @Override
    protected Template template() throws Exception {
        return Templates.shipped().read("kamstrup-multical-601");
    }

    @Override
    protected String address() {
        return "primary:5";
    }

    @Override
    protected List<String> badAddresses() {
        return List.of("", "5", "primary:251", "primary:-1", "secondary:1", "unit:5");
    }

    @Override
    protected Map<String, Measurement> shown() {
        return values(10);
    }

    @Override
    protected Map<String, Measurement> shownLater() {
        return values(20);
    }

    /** Whole numbers: each fits the resolution of any field. */
    private Map<String, Measurement> values(int first) {
        try {
            return template().model().contents().keySet().stream()
                    .collect(Collectors.toMap(name -> name, name -> new Quantity(first + name.length())));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected SimulatedInstrument showing(Map<String, Measurement> values) {
        try {
            return new Meter(new MbusPeer(MbusMapping.of(template()), 5, Optional.empty()), values);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private record Meter(MbusPeer peer, Map<String, Measurement> values) implements SimulatedInstrument {
        @Override
        public byte[] answer(byte[] question) {
            return Bytes.concat(peer.hear(question, question.length, values).toArray(Bytes[]::new))
                    .toArray();
        }

        /** The same with the next address; an acknowledgement says nothing of who it is from. */
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
