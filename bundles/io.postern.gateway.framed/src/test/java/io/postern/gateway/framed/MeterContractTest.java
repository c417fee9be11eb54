// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.framed;

import io.postern.drivertest.DriverContract;
import io.postern.drivertest.SimulatedInstrument;
import io.postern.gateway.spi.Driver;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Measurement.Text;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import io.postern.sensor.framed.FrameKind;
import io.postern.sensor.framed.FramedMapping;
import io.postern.sensor.framed.FramedPeer;
import io.postern.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What every driver keeps, with a meter that signs on and is read out. */
class MeterContractTest extends DriverContract {
    private final Template template = Templates.shipped().read("iskraemeco-mt174");
    private final FramedMapping mapping = FramedMapping.of(template);

    MeterContractTest() throws Exception {}

    @Override
    protected Driver driver() {
        return new FramedDriver(clock());
    }

    @Override
    protected Template template() {
        return template;
    }

    @Override
    protected String address() {
        return "29789454";
    }

    @Override
    protected List<String> badAddresses() {
        return List.of("1\r\n", "!", "/?", "1".repeat(33));
    }

    @Override
    protected Map<String, Measurement> shown() {
        FrameKind readout = mapping.kind("readout");
        return Map.copyOf(mapping.decode(readout, readout.sample()));
    }

    @Override
    protected Map<String, Measurement> shownLater() {
        var later = new LinkedHashMap<String, Measurement>();
        shown().forEach((name, value) ->
                later.put(name, value instanceof Quantity(double now) ? new Quantity(now + 1) : new Text("0000001")));
        return later;
    }

    @Override
    protected SimulatedInstrument showing(Map<String, Measurement> values) {
        var peer = new FramedPeer(mapping, address());
        return question -> Bytes.concat(
                        peer.hear(question, question.length, values).answers().toArray(Bytes[]::new))
                .toArray();
    }
}
