// SPDX-License-Identifier: Apache-2.0
package org.example.sdi12;

import io.postern.drivertest.DriverContract;
import io.postern.drivertest.SimulatedInstrument;
import io.postern.gateway.spi.Driver;
import io.postern.sensor.Measurement;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What every driver keeps, kept by this one. */
class Sdi12DriverTest extends DriverContract {
    @Override
    protected Driver driver() {
        return new Sdi12Driver();
    }

    @Override
    protected Template template() throws Exception {
        return Templates.readFile(Path.of("example-soil-probe.json"));
    }

    @Override
    protected String address() {
        return "0";
    }

    @Override
    protected List<String> badAddresses() {
        return List.of("", "?", "10", "unit:1", " 0");
    }

    @Override
    protected Map<String, Measurement> shown() {
        return values(31.42, 12.5, 12.1);
    }

    @Override
    protected Map<String, Measurement> shownLater() {
        return values(28.07, -3.25, 11.9);
    }

    private static Map<String, Measurement> values(double waterContent, double temperature, double supply) {
        return Map.of(
                "waterContent", new Quantity(waterContent),
                "temperature", new Quantity(temperature),
                "supply", new Quantity(supply));
    }

    @Override
    protected SimulatedInstrument showing(Map<String, Measurement> values) {
        return new Probe(values);
    }

    private record Probe(Map<String, Measurement> values) implements SimulatedInstrument {
        @Override
        public byte[] answer(byte[] question) {
            return answer('0', question);
        }

        @Override
        public Optional<byte[]> refusal(byte[] question) {
            return Optional.of(octets("0"));
        }

        @Override
        public Optional<byte[]> neighbour(byte[] question) {
            return Optional.of(answer('1', question));
        }

        private byte[] answer(char address, byte[] question) {
            return switch (new String(question, StandardCharsets.US_ASCII)) {
                case "0RC0!" -> checked(address + text("waterContent") + text("temperature"));
                case "0RC1!" -> checked(address + text("supply"));
                case "0I!" -> octets(address + "14EXAMPLE P1    1.20042");
                default -> new byte[0];
            };
        }

        private String text(String field) {
            return String.format("%+.2f", ((Quantity) values.get(field)).value());
        }

        private static byte[] checked(String text) {
            return octets(text + Sdi12Answer.crc(text));
        }

        private static byte[] octets(String line) {
            return (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
        }
    }
}
