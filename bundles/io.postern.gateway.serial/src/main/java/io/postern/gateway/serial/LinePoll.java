// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.gateway.spi.LineReport;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * A line and a driver by themselves, without core and cloud: asks one instrument as fast as the line lets it. For
 * {@code ./postern bench line}, which measures this process.
 */
public final class LinePoll {
    private static final Duration PERIOD = Duration.ofNanos(1); // always due
    private static final Duration REPORT = Duration.ofSeconds(1);

    private LinePoll() {}

    /** @param arguments class of the driver, file of the template, address, port, baud, parity */
    public static void main(String[] arguments) throws Exception {
        Driver driver =
                (Driver) Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
        Template template = Templates.readFile(Path.of(arguments[1]));
        var settings = new SerialSettings(
                PortAddress.parse(arguments[3]), Integer.parseInt(arguments[4]), 8, Parity.parse(arguments[5]), 1);
        if (!(driver.instrument(template, arguments[2]) instanceof Instrument.Polled instrument)) {
            throw new IllegalArgumentException(driver.name() + " has no instruments for lines");
        }
        Set<String> fields = template.model().contents().keySet();
        try (SerialLine line = SerialLine.open("bench", settings)) {
            line.schedule("bench", PERIOD, channel -> instrument.read(channel, fields));
            Duration plan = instrument.plan(line.timing(), fields).stream()
                    .map(Instrument.Exchange::busTime)
                    .reduce(Duration.ZERO, Duration::plus);
            while (true) {
                Ticker.SYSTEM.pause(REPORT.toNanos());
                tell(line.report(), plan);
            }
        }
    }

    private static void tell(LineReport report, Duration plan) {
        LineReport.Counts all = report.all();
        double each = all.runs() == 0 ? 0 : all.busTime().toNanos() / 1e6 / all.runs();
        System.out.printf(
                Locale.ROOT,
                "%s runs=%d failed=%d planned=%.3f measured=%.3f turnaround=%.3f%n",
                report.state(),
                all.runs(),
                all.failed(),
                plan.toNanos() / 1e6,
                each,
                all.turnaround().toNanos() / 1e6);
    }
}
