// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.DoorwayLimits;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.testkit.Await;
import io.postern.testkit.CapturedLog;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.MovableClock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Those who connect and never say who they are: bounded before the TLS handshake, in all and by their address. */
@Timeout(60)
class StrangersIT {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(RawClient.Way.class)
    void whoIsTooManyIsNotHeardUntilAnotherLeavesAndThoseLetInAreNotCounted(RawClient.Way way) throws Exception {
        try (TestHub server = open(new DoorwayLimits(2, 2, 10, 10, LONG))) {
            DeviceIdentity meter = server.device("meter-1");
            try (RawClient known = RawClient.admitted(server, way, meter);
                    Socket silent = stranger(server, way, TestHub.ADDRESS);
                    Socket halfShaken = stranger(server, way, TestHub.ADDRESS)) {
                halfShaken.getOutputStream().write(new byte[] {0x16, 0x03, 0x01}); // the head of a ClientHello
                DeviceIdentity late = server.device("meter-2");
                var arrival = CompletableFuture.supplyAsync(() -> arrive(server, way, late));
                assertThat(known.send("c000").read(2)).hasToString("d000");
                assertThat(arrival).isNotDone();

                silent.close();

                arrival.get(20, TimeUnit.SECONDS).close();
                assertThat(known.send("c000").read(2)).hasToString("d000");
            }
        }
    }

    @Test
    void oneAddressCannotHoldTheDoorAndIsCountedInTheLogOnce() throws Exception {
        try (TestHub server = open(new DoorwayLimits(2, 1, 1, 1, LONG));
                CapturedLog log = CapturedLog.start()) {
            DeviceIdentity meter = server.device("meter-1");
            String crowd = LoopbackAddress.random();
            try (Socket _ = stranger(server, RawClient.Way.SOCKET, crowd);
                    Socket _ = stranger(server, RawClient.Way.SOCKET, crowd)) {
                for (int i = 0; i < 5; i++) {
                    try (Socket third = stranger(server, RawClient.Way.SOCKET, crowd)) {
                        assertThat(endOf(third)).isEqualTo(-1);
                    }
                }
                RawClient.admitted(server, meter).close();
            }
            log.await("connections refused: too many", "refused=1", "remote=");
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("connections refused: too many"))
                    .hasSize(1);
        }
    }

    /** The sample of {@code ./postern bench connections}, which does it with 10 000. */
    @Test
    void hundredsWhoNeverSayWhoTheyAreCostLittleAndADeviceOfAnotherAddressComesIn() throws Exception {
        var limits = new DoorwayLimits(64, 32, 300, 200, LONG);
        List<Socket> crowd = new ArrayList<>();
        try (TestHub server = open(limits)) {
            DeviceIdentity meter = server.device("meter-1");
            RawClient.admitted(server, meter).close(); // whatever is loaded once
            long before = heapInUse();
            String origin = LoopbackAddress.random();
            for (int i = 0; i < 400; i++) {
                Socket stranger = stranger(server, RawClient.Way.SOCKET, origin);
                crowd.add(stranger);
                if (i % 2 == 0 && i < 32) {
                    stranger.getOutputStream().write(new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01}); // half a hello
                }
            }

            try (RawClient device = RawClient.admitted(server, meter)) {
                assertThat(device.isQuiet()).isTrue();
                // 32 inside, 200 outside; the rest was closed
                Await.until(Duration.ofSeconds(20), "the rest to be closed", () -> open(crowd) == 232);
                assertThat(heapInUse() - before).isLessThan(16L << 20); // 50 KB for each, and what else this JVM does
            }
        } finally {
            for (Socket each : crowd) {
                each.close();
            }
        }
    }

    private static long open(List<Socket> crowd) throws IOException {
        long open = 0;
        for (Socket each : crowd) {
            each.setSoTimeout(1);
            try {
                open += each.getInputStream().read() < 0 ? 0 : 1;
            } catch (java.net.SocketTimeoutException _) {
                open++;
            } catch (IOException _) {
                // closed, not in good manners
            }
        }
        return open;
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void whoWaitsOutsideForTooLongIsSentAway() throws Exception {
        try (TestHub server = open(new DoorwayLimits(1, 1, 1, 1, Duration.ofMillis(200)));
                Socket _ = stranger(server, RawClient.Way.SOCKET, TestHub.ADDRESS);
                Socket waiting = stranger(server, RawClient.Way.SOCKET, TestHub.ADDRESS)) {
            assertThat(endOf(waiting)).isEqualTo(-1);
        }
    }

    private TestHub open(DoorwayLimits doorway) throws Exception {
        return new TestHub(directory, MovableClock.at("2026-03-01T08:00:00Z"), 0, 0, Duration.ofSeconds(30), doorway);
    }

    private static Socket stranger(TestHub server, RawClient.Way way, String from) throws IOException {
        int port = way == RawClient.Way.SOCKET ? server.port : server.httpsPort();
        var socket = new Socket(InetAddress.getByName(TestHub.ADDRESS), port, InetAddress.getByName(from), 0);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** What a reader finds: -1 at the end of the connection, however it was closed. */
    private static int endOf(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("still open", e);
        } catch (IOException _) {
            return -1;
        }
    }

    private static RawClient arrive(TestHub server, RawClient.Way way, DeviceIdentity device) {
        try {
            return RawClient.admitted(server, way, device);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
