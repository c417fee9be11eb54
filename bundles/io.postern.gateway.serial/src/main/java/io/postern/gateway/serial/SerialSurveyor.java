// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineSurveyor;
import java.io.IOException;
import java.time.Duration;

/** Opens a serial port where no gateway runs. A gateway opens none that its configuration does not name. */
public final class SerialSurveyor implements LineSurveyor {
    private static final Duration PATIENCE = Duration.ofSeconds(5); // a port that is there opens at once

    @Override
    public <T> T survey(String port, Line.Survey<T> survey) throws IOException, InterruptedException {
        var settings = new SerialSettings(PortAddress.parse(port), 9600, 8, Parity.NONE, 1);
        try (SerialLine line = SerialLine.open("survey", settings)) {
            return line.survey("survey", PATIENCE, survey);
        }
    }
}
