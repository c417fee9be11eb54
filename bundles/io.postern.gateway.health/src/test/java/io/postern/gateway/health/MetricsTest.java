// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.GatewayClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page as Prometheus gets it. */
@Timeout(60)
class MetricsTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    /** Their parser reads every sample, and says what it read: name, labels, value. */
    private static final String PARSE = """
            import sys
            from prometheus_client.parser import text_string_to_metric_families as parse
            for family in parse(sys.stdin.read()):
                assert family.documentation and family.type in ("gauge", "counter"), family
                for s in family.samples:
                    print(s.name, ",".join(k + "=" + v for k, v in sorted(s.labels.items())), s.value)
            """;

    @TempDir
    Path folder;

    private final Site site = new Site();
    private final GatewayMetrics metrics =
            new GatewayMetrics(site.parts, new HealthDesk(), ProcessFigures.own(), "1.2.3");

    @Test
    void prometheusOwnParserReadsEverySample() throws Exception {
        site.parts.clock = GatewayClock.confirmed(() -> Site.NOW);
        site.session("gw-1", "CONNECTED", "");
        site.session("meter-1", "CONNECTED", "");
        site.session("meter-2", "RETRYING", "a \"quoted\" reason");
        site.line("roof \"a\\b\"\nc", "open", 100, 30);
        site.token("meter-1", Optional.of(Duration.ofMinutes(40)), "");
        site.token("meter-2", Optional.of(Duration.ofSeconds(-5)), "no way to the token service");

        List<String> samples = parsed(metrics.page());

        assertThat(samples)
                .contains(
                        "postern_gateway_info version=1.2.3 1.0",
                        "postern_gateway_time quality=confirmed,source=given 1.0",
                        "postern_gateway_system_clock_ahead_seconds  0.0",
                        "postern_gateway_provisioning state=assigned 1.0",
                        "postern_gateway_sessions of=leaf,state=connected 1.0",
                        "postern_gateway_sessions of=leaf,state=retrying 1.0",
                        "postern_gateway_milestones_total milestone=leaf_connected 7.0",
                        "postern_gateway_outbox_messages class=measurement 12.0",
                        "postern_gateway_outbox_dropped_total class=measurement 3.0",
                        "postern_gateway_outbox_dropped_total class=alarm 0.0",
                        "postern_gateway_outbox_accepted_total  100.0",
                        "postern_gateway_outbox_acknowledged_total  85.0",
                        "postern_gateway_tokens_obtained_total  12.0",
                        "postern_gateway_tokens_first_end_seconds  -5.0",
                        "postern_gateway_connecting_hub_away  1.0",
                        "postern_gateway_connecting_throttled_total  1.0",
                        "postern_gateway_outbox_time_left_seconds  792000.0");
        assertThat(String.join("\n", samples)).contains("line=roof \"a\\b\"\nc");
        assertThat(samples).anyMatch(line -> line.startsWith("process_resident_memory_bytes "));
        assertThat(samples).anyMatch(line -> line.startsWith("postern_gateway_gc_total "));
    }

    @Test
    void aThousandLeavesMakeNoMoreSamplesThanOne() throws Exception {
        site.session("meter-0", "CONNECTED", "");
        long before = metrics.page().lines().count();
        for (int i = 1; i < 1000; i++) {
            site.session("meter-" + i, "CONNECTED", "");
        }
        assertThat(metrics.page().lines().count()).isEqualTo(before);
        assertThat(metrics.page()).doesNotContain("meter-");
    }

    @Test
    void answersAtThisMachineAloneAndOnlyForItsPage() throws Exception {
        try (MetricsDoor door = MetricsDoor.open(HERE, 0, metrics::page)) {
            assertThat(ask(door, "GET /metrics HTTP/1.1\r\nHost: localhost:9464\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("Content-Type: text/plain; version=0.0.4", "postern_gateway_info");
            assertThat(ask(door, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).startsWith("HTTP/1.1 404 ");
            assertThat(ask(door, "POST /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
                    .startsWith("HTTP/1.1 405 ");
            assertThat(ask(door, "GET /metrics HTTP/1.1\r\nHost: rebound.example\r\n\r\n"))
                    .startsWith("HTTP/1.1 421 ");
            assertThat(ask(door, "garbage\r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(ask(door, "\r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(ask(door, "x".repeat(9000))).isEmpty();
        }
        assertThatThrownBy(() -> MetricsDoor.open(InetAddress.ofLiteral("0.0.0.0"), 0, metrics::page))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("metricsAddress: 127.0.0.1 or ::1");
    }

    @Test
    void isNotThereAtAnyOtherAddressOfThisMachine() throws Exception {
        try (MetricsDoor door = MetricsDoor.open(HERE, 0, metrics::page)) {
            List<InetAddress> others = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .toList();
            for (InetAddress other : others) {
                assertThatThrownBy(() -> connect(other, door.port()))
                        .as(other.getHostAddress())
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void visitorsWhoSaidNothingKeepNobodyOutOnceTheyAreGone() throws Exception {
        try (MetricsDoor door = MetricsDoor.open(HERE, 0, metrics::page)) {
            for (int i = 0; i < 8; i++) {
                connect(HERE, door.port());
            }
            assertThat(ask(door, "GET /metrics HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void keepsTheLastLinesOfTheLogAndNoMore() {
        LogTail tail = LogTail.begin();
        Logger logger = Logger.getLogger("io.postern.test.tail");
        logger.setUseParentHandlers(false);
        logger.addHandler(tail);
        for (int i = 0; i < 250; i++) {
            logger.info("line " + i + " " + "y".repeat(600));
        }
        logger.removeHandler(tail);
        tail.close();

        assertThat(tail.lines()).hasSize(200);
        assertThat(tail.lines().getLast()).contains("line 249").hasSizeLessThanOrEqualTo(500);
        assertThat(tail.lines().getFirst()).contains("line 50 ");
    }

    private static void connect(InetAddress address, int port) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 2000);
        }
    }

    private static String ask(MetricsDoor door, String question) throws IOException {
        try (var socket = new Socket(HERE, door.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(question.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketException e) {
            return ""; // sent away in the middle of the question
        }
    }

    private List<String> parsed(String page) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("page"), page);
        Process python = new ProcessBuilder("/usr/bin/python3", "-c", PARSE)
                .redirectInput(file.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(python.exitValue())
                .as(said + "\n(needs the package python3-prometheus-client)")
                .isZero();
        return List.of(said.strip().split("\n(?=postern_|process_)"));
    }
}
