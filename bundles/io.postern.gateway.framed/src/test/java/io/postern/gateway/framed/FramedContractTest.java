// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.framed;

import io.postern.drivertest.DriverContract;
import io.postern.drivertest.SimulatedInstrument;
import io.postern.gateway.spi.Driver;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Flag;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import io.postern.sensor.framed.FramedMapping;
import io.postern.sensor.framed.FramedPeer;
import io.postern.wire.Bytes;
import java.util.List;
import java.util.Map;

class FramedContractTest extends DriverContract {
    @Override
    protected Driver driver() {
        return new FramedDriver(clock());
    }

    @Override
    protected Template template() throws Exception {
        return Templates.shipped().read("mettler-new-classic");
    }

    @Override
    protected String address() {
        return "";
    }

    @Override
    protected List<String> badAddresses() {
        return List.of("a".repeat(33), "1\r\n", "a/b", "ä");
    }

    @Override
    protected boolean isChecked() {
        return false;
    }

    @Override
    protected Map<String, Measurement> shown() {
        return Map.of("weight", new Quantity(120.25), "stable", new Flag(true));
    }

    @Override
    protected Map<String, Measurement> shownLater() {
        return Map.of("weight", new Quantity(80.5), "stable", new Flag(false));
    }

    @Override
    protected SimulatedInstrument showing(Map<String, Measurement> values) {
        try {
            var peer = new FramedPeer(FramedMapping.of(template()), address());
            return question -> Bytes.concat(peer.hear(question, question.length, values)
                            .answers()
                            .toArray(Bytes[]::new))
                    .toArray();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
