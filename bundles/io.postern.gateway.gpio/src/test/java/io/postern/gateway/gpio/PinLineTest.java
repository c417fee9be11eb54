// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.gpio.GpioUapi.Edge;
import io.postern.gateway.gpio.GpioUapi.Wish;
import io.postern.sensor.pins.PinMap;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinLineTest {
    private static final Wish INPUT = new Wish.Input(PinMap.Bias.AS_IS, false, true, true, Duration.ZERO);

    @TempDir
    Path dir;

    @Test
    void aChipThatIsNotThereIsNamedWithWhatToDo() {
        assertThatThrownBy(() -> PinLine.open(Path.of("/dev/gpiochip99"), 3, "test", INPUT))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "cannot open /dev/gpiochip99: there is no such chip; ls /dev/gpiochip* shows which there are")
                .hasRootCauseMessage("open /dev/gpiochip99: No such file or directory (errno 2)");
    }

    @Test
    void aDeviceThatIsNoChipIsNamed() {
        assertThatThrownBy(() -> PinLine.open(Path.of("/dev/null"), 3, "test", INPUT))
                .isInstanceOf(IOException.class)
                .hasMessage("/dev/null is not a GPIO chip")
                .hasRootCauseMessage("GPIO_GET_CHIPINFO_IOCTL: Inappropriate ioctl for device (errno 25)");
    }

    @Test
    void edgesAreReadInOrder() throws Exception {
        Path pipe = pipe();
        try (PinLine line = PinLine.over(Libc.open(pipe.toString()));
                var kernel = new FileOutputStream(pipe.toFile())) {
            kernel.write(Events.event(1, 1));
            kernel.write(Events.event(2, 2));

            assertThat(line.await(-1)).containsExactly(new Edge(true, 1, Events.AT), new Edge(false, 2, Events.AT));
        }
    }

    @Test
    void wakingEndsTheWaitingNowAndLater() throws Exception {
        try (PinLine line = PinLine.over(Libc.open(pipe().toString()))) {
            var waited = new CompletableFuture<List<Edge>>();
            Thread thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    waited.complete(line.await(-1));
                } catch (IOException e) {
                    waited.completeExceptionally(e);
                }
            });
            assertThat(thread.join(Duration.ofMillis(50))).isFalse();
            line.wake();

            assertThat(waited.get(10, TimeUnit.SECONDS)).isEmpty();
            assertThat(line.await(-1)).isEmpty();
        }
    }

    @Test
    void anEventThatIsCutIsAnError() throws Exception {
        Path pipe = pipe();
        try (PinLine line = PinLine.over(Libc.open(pipe.toString()));
                var kernel = new FileOutputStream(pipe.toFile())) {
            kernel.write(new byte[10]);

            assertThatThrownBy(() -> line.await(-1)).hasMessage("the chip gave 10 octets, and an event has 48");
        }
    }

    /** A pipe with a name, which the test writes as the kernel would. */
    private Path pipe() throws Exception {
        Path pipe = dir.resolve("line");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        return pipe;
    }
}
