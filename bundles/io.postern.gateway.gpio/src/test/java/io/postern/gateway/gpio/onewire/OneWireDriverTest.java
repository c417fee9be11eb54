// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.onewire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.gpio.Told;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import io.postern.sensor.onewire.Scratchpad;
import io.postern.testkit.Await;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneWireDriverTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final String FIRST = "28-0316a2791234";
    private static final String SECOND = "28-0316a2795678";

    @TempDir
    private Path devices;

    private final Told told = new Told();
    private Template ds18b20;
    private OneWireDriver driver;

    @BeforeEach
    void bus() throws Exception {
        ds18b20 = Templates.shipped().read("ds18b20");
        driver = new OneWireDriver(devices);
    }

    @AfterEach
    void nothingIsLeft() {
        driver.close();
        Await.until(SOON, "the bus's thread to end", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("bus-w1")));
    }

    private void show(String sensor, String file, String text) throws IOException {
        Path directory = Files.createDirectories(devices.resolve(sensor));
        Path written = Files.writeString(directory.resolve("written"), text);
        Files.move(written, directory.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    }

    private void show(String sensor, double celsius) throws IOException {
        show(sensor, "w1_slave", Scratchpad.of(celsius).text());
    }

    private Instrument.Watch watch(String sensor, Told listener) throws Exception {
        return ((Instrument.Watched) driver.instrument(ds18b20, sensor)).watch(OFTEN, listener);
    }

    @Test
    void severalThermometersOfOneBusAreRead() throws Exception {
        show(FIRST, 21.5);
        show(SECOND, -10.25);
        var other = new Told();
        try (Instrument.Watch first = watch(FIRST, told);
                Instrument.Watch _ = watch(SECOND, other)) {
            told.await(Map.of("temperature", new Quantity(21.5)));
            other.await(Map.of("temperature", new Quantity(-10.25)));
            show(FIRST, 22);
            told.await(Map.of("temperature", new Quantity(22)));
            assertThat(first.identify().facts()).containsEntry("serial", FIRST).containsEntry("product", "DS18B20");
        }
    }

    @Test
    void aKernelWithoutTheOctetsIsReadByItsNumber() throws Exception {
        show(FIRST, "temperature", "23125\n");
        try (Instrument.Watch _ = watch(FIRST, told)) {
            told.await(Map.of("temperature", new Quantity(23.125)));
        }
    }

    @Test
    void whatDoesNotCheckOutIsNoReading() throws Exception {
        for (var each : Map.of(
                        Scratchpad.of(85).text(),
                        "28-0316a2791234: 85 degrees, what a sensor shows",
                        Scratchpad.of(20).text().replace("YES", "NO"),
                        "check sum wrong",
                        "",
                        "the kernel shows no nine octets")
                .entrySet()) {
            show(FIRST, "w1_slave", each.getKey());
            try (Instrument.Watch _ = watch(FIRST, told)) {
                told.awaitFailure(each.getValue());
            }
        }
        assertThat(told.observed).isEmpty();
    }

    @Test
    void aThermometerThatIsNotThereIsToldAndReadWhenItComes() throws Exception {
        try (Instrument.Watch watch = watch(FIRST, told)) {
            told.awaitFailure("28-0316a2791234: the bus does not see it; ls " + devices);
            assertThatThrownBy(watch::identify).isInstanceOf(IOException.class);
            show(FIRST, 19);
            told.await(Map.of("temperature", new Quantity(19)));
        }
    }

    @Test
    void aKernelWithoutABusIsSaid() throws Exception {
        driver = new OneWireDriver(devices.resolve("none"));
        try (Instrument.Watch _ = watch(FIRST, told)) {
            told.awaitFailure("the kernel has no 1-Wire bus: load w1-gpio and w1-therm");
        }
    }

    @Test
    void aSlowReadHoldsUpNobodyButTheBus() throws Exception {
        Path directory = Files.createDirectories(devices.resolve(FIRST));
        Path slow = directory.resolve("w1_slave");
        assertThat(new ProcessBuilder("mkfifo", slow.toString()).start().waitFor())
                .isZero();
        show(SECOND, 20);
        var other = new Told();
        var once = (Instrument.Watched) driver.instrument(ds18b20, FIRST); // again it would wait for ever
        try (Instrument.Watch first = once.watch(Duration.ofHours(1), told);
                Instrument.Watch _ = watch(SECOND, other);
                var conversion = new FileOutputStream(slow.toFile())) { // opens when the reader has
            assertThat(first.identify().facts()).containsEntry("serial", FIRST);
            assertThat(other.observed).isEmpty(); // one after the other
            conversion.write(Scratchpad.of(30).text().getBytes(StandardCharsets.US_ASCII));
            conversion.close();
            told.await(Map.of("temperature", new Quantity(30)));
            other.await(Map.of("temperature", new Quantity(20)));
        }
    }

    @Test
    void anAddressThatIsNoneIsRefused() {
        for (String none : List.of("", "28", "28-xyz", "28-0316A2791234", "10-0316a2791234", "../28-0316a2791234")) {
            assertThatThrownBy(() -> driver.instrument(ds18b20, none))
                    .as(none)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("address: ");
        }
    }
}
