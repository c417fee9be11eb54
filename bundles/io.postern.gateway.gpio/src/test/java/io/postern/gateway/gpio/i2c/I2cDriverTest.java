// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio.i2c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.gpio.Told;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Measurement.Quantity;
import io.postern.sensor.Template;
import io.postern.sensor.Templates;
import io.postern.sensor.i2c.I2cMap;
import io.postern.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class I2cDriverTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration OFTEN = Duration.ofMillis(20);

    private final SimulatedBus bus = new SimulatedBus();
    private final I2cDriver driver = new I2cDriver(bus);
    private final Told told = new Told();
    private Template tmp102;
    private Template sht3x;

    @BeforeEach
    void chips() throws Exception {
        tmp102 = Templates.shipped().read("ti-tmp102");
        sht3x = Templates.shipped().read("sensirion-sht3x");
        bus.put(0x48, I2cMap.of(tmp102), Map.of("temperature", 21.5));
        bus.put(0x44, I2cMap.of(sht3x), Map.of("temperature", 20.0, "humidity", 50.0));
    }

    @AfterEach
    void everythingIsGivenBack() {
        driver.close();
        assertThat(bus.open).hasValue(0);
        Await.until(SOON, "the bus's thread to end", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("bus-i2c")));
    }

    private Instrument.Watch watch(Template template, String address, Told listener) throws Exception {
        return ((Instrument.Watched) driver.instrument(template, address)).watch(OFTEN, listener);
    }

    @Test
    void aChipIsReadEachPeriod() throws Exception {
        try (Instrument.Watch _ = watch(tmp102, "i2c-1:0x48", told)) {
            told.await(Map.of("temperature", new Quantity(21.5)));
            bus.show(0x48, "temperature", -3.25);
            told.await(Map.of("temperature", new Quantity(-3.25)));
        }
    }

    @Test
    void aCommandAWaitAndAnAnswerWithCheckOctetsMakeAReading() throws Exception {
        try (Instrument.Watch watch = watch(sht3x, "/dev/i2c-1:0x44", told)) {
            Await.until(
                    SOON,
                    "a humidity near 50",
                    () -> told.last().get("humidity") instanceof Quantity(double value)
                            && Math.abs(value - 50) < 0.001);
            assertThat(watch.identify().facts()).containsEntry("serial", "00000000");
            assertThatThrownBy(() -> watch.write("humidity", new Quantity(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be written");
        }
    }

    @Test
    void aCheckOctetThatIsWrongMakesNoReading() throws Exception {
        bus.noisy = true;
        try (Instrument.Watch _ = watch(sht3x, "i2c-1:0x44", told)) {
            told.awaitFailure("check octet 1 is");
            assertThat(told.observed).isEmpty();
            bus.noisy = false;
            Await.value(SOON, "a reading", told.observed::size, size -> size > 0);
        }
    }

    @Test
    void aChipThatDoesNotAnswerIsToldRestsAndReturns() throws Exception {
        bus.pull(0x48);
        var other = new Told();
        try (Instrument.Watch _ = watch(tmp102, "i2c-1:0x48", told);
                Instrument.Watch _ = watch(sht3x, "i2c-1:0x44", other)) {
            told.awaitFailure("no chip acknowledges");
            int before = other.observed.size();
            Await.value(SOON, "the other to go on", other.observed::size, size -> size > before + 5);
            assertThat(told.failures).hasSizeLessThan(3); // it rests a second, then two
            bus.put(0x48, I2cMap.of(tmp102), Map.of("temperature", 5.0));
            told.await(Map.of("temperature", new Quantity(5)));
        }
    }

    @Test
    void aBusThatGoesIsFoundAgain() throws Exception {
        try (Instrument.Watch _ = watch(tmp102, "i2c-1:0x48", told)) {
            told.await(Map.of("temperature", new Quantity(21.5)));
            bus.gone = true;
            told.awaitFailure("there is no bus i2c-1");
            bus.show(0x48, "temperature", 30);
            bus.gone = false;
            told.await(Map.of("temperature", new Quantity(30)));
        }
    }

    @Test
    void aStoppedDriverLeavesNothing() throws Exception {
        watch(tmp102, "i2c-1:0x48", told);
        watch(sht3x, "i2c-1:0x44", told);
        Await.value(SOON, "readings", told.observed::size, size -> size > 3);

        driver.close();
        int last = told.observed.size();

        assertThat(bus.open).hasValue(0);
        assertThat(told.observed).hasSize(last);
    }

    @Test
    void anAddressThatIsNoneIsRefused() {
        for (String none :
                List.of("", "0x48", "i2c-1", "i2c-1:48", "i2c-1:0x07", "i2c-1:0x78", "i2c-1:0x480", "x:0x48")) {
            assertThatThrownBy(() -> driver.instrument(tmp102, none))
                    .as(none)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("address: ");
        }
    }

    @Test
    void aBusThatIsNotThereIsNamedWithWhatToDo() {
        assertThatThrownBy(() -> KernelBus.open(Path.of("/dev"), "i2c-99"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot open /dev/i2c-99: there is no such bus; load i2c-dev");
    }

    @Test
    void aDeviceThatIsNoBusIsNamed() throws Exception {
        try (KernelBus none = KernelBus.open(Path.of("/dev"), "null")) {
            assertThatThrownBy(() -> none.transfer(0x48, new byte[] {0}, new byte[2]))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("/dev/null, chip 0x48: the transaction failed")
                    .hasRootCauseMessage("I2C_RDWR: Inappropriate ioctl for device (errno 25)");
        }
    }
}
