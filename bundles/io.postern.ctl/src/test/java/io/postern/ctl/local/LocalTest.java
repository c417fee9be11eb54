// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.ctl.Output;
import jakarta.json.JsonValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a gateway that answers each visitor with one prepared text. */
@SuppressWarnings("NullAway.Init") // set before each test
class LocalTest {
    private static final String PENDING =
            "{\"leaf\":\"meter-1\",\"state\":\"pending\",\"reason\":\"waits for approval\","
                    + "\"since\":\"2026-03-01T08:00:00Z\",\"template\":\"eastron-sdm120\",\"model\":\"dtmi:x;1\","
                    + "\"line\":\"cabinet\",\"address\":\"unit:7\",\"difference\":\"serial 5 instead of 4\"}";

    @TempDir
    Path state;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private volatile String answer = "";
    private ServerSocketChannel gateway;
    private Thread serving;

    @BeforeEach
    void open() throws IOException {
        gateway = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        gateway.bind(UnixDomainSocketAddress.of(
                Files.createDirectories(state.resolve("control")).resolve("socket")));
        serving = Thread.startVirtualThread(this::serve);
    }

    @AfterEach
    void close() throws Exception {
        gateway.close();
        serving.join(); // until it has left, a visitor may still be let in
    }

    @Test
    void leavesAreATableForPeople() {
        answer = "{\"result\":{\"leaves\":[" + PENDING + "]}}\n";
        assertThat(run("leaf", "list")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "LEAF     STATE    TEMPLATE        LINE     ADDRESS  LAST READING  REASON",
                        "meter-1  pending  eastron-sdm120  cabinet  unit:7                 waits for approval; serial 5 instead of"
                                + " 4");
        assertThat(requests).containsExactly("{\"command\":\"leaf.list\",\"arguments\":{}}");
    }

    @Test
    void tokensAreACountdownForPeople() {
        answer = "{\"result\":{\"tokens\":[{\"device\":\"gw-1\",\"obtained\":\"2026-03-01T08:00:00Z\","
                + "\"renewsInSeconds\":2405,\"endsInSeconds\":3605,\"renewals\":1,\"failures\":0,\"reason\":\"\"},"
                + "{\"device\":\"meter-1\",\"renewals\":0,\"failures\":3,\"reason\":\"403 disabled\"}],"
                + "\"connecting\":{\"live\":1,\"opening\":0,\"waiting\":1,\"away\":true,\"attempts\":4,\"failures\":3,"
                + "\"throttled\":2}}}\n";
        assertThat(run("leaf", "tokens")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "DEVICE   OBTAINED              RENEWS IN  ENDS IN  RENEWALS  FAILURES  LAST REASON",
                        "gw-1     2026-03-01T08:00:00Z  40m 05s    1h 00m   1         0",
                        "meter-1                                            0         3         403 disabled",
                        "1 sessions, 0 being opened, 1 waiting; the hub is away, one asks for all; 4 attempts so far, 3 failed,"
                                + " 2 of them for lack of time");
        assertThat(requests).containsExactly("{\"command\":\"leaf.tokens\",\"arguments\":{}}");
    }

    @Test
    void programsGetJson() {
        answer = "{\"result\":{\"leaves\":[" + PENDING + "]}}\n";
        assertThat(run("leaf", "list", "--json")).isZero();
        assertThat(out.toString()).startsWith("[").contains("\"address\": \"unit:7\"");
    }

    @Test
    void aDecisionNamesTheLeafAndItsStateAfterwards() {
        answer = "{\"result\":" + PENDING.replace("pending", "approved") + "}\n";
        assertThat(run("leaf", "approve", "meter-1")).isZero();
        assertThat(out.toString()).isEqualTo("meter-1 is approved; its state is now approved\n");
        assertThat(requests).containsExactly("{\"command\":\"leaf.approve\",\"arguments\":{\"leaf\":\"meter-1\"}}");
    }

    @Test
    void aValueIsWrittenAsItIsTypedAndTheInstrumentsIsShown() {
        answer = "{\"result\":{\"leaf\":\"heater\",\"field\":\"setpoint\",\"value\":21.5}}\n";
        assertThat(run("leaf", "write", "heater", "setpoint", "21.5")).isZero();
        assertThat(run("leaf", "write", "heater", "mode", "eco")).isZero();
        assertThat(run("leaf", "write", "heater", "reset")).isZero();
        assertThat(out.toString()).startsWith("heater shows setpoint = 21.5\n");
        assertThat(requests)
                .extracting(request -> request.replaceAll(".*\"value\":(.*)}}", "$1"))
                .containsExactly("21.5", "\"eco\"", "null");
    }

    @Test
    void linesAreTheirStatisticsLeafByLeaf() {
        String counts = "\"runs\":10,\"failed\":1,\"missed\":0,\"frames\":9,\"garbled\":0,\"timeouts\":1,\"refused\":0,"
                + "\"turnaroundMs\":12.5,\"busTimeMs\":1500";
        answer =
                "{\"result\":{\"lines\":[{\"line\":\"cabinet\",\"port\":\"/dev/ttyS1\",\"state\":\"open\",\"reopened\":2,"
                        + "\"all\":{" + counts + "},\"leaves\":[{\"name\":\"meter-1\"," + counts
                        + ",\"restingMs\":4000}]}]}}\n";
        assertThat(run("bus", "lines")).isZero();
        assertThat(out.toString().lines().toList())
                .hasSize(4)
                .startsWith("cabinet: /dev/ttyS1, open, reopened 2 times")
                .last()
                .satisfies(row -> assertThat(row.split(" +"))
                        .containsExactly(
                                "-", "meter-1", "10", "1", "0", "9", "0", "1", "0", "12.5", "ms", "1.5", "s", "4.0",
                                "s"));
    }

    @Test
    void aScanTellsItsStepsAndThenWhatItFoundWithEvidenceAndRemedy() {
        answer =
                "{\"progress\":{\"stage\":\"plan\",\"say\":\"64 questions\"}}\n{\"result\":{\"questions\":64,\"findings\":["
                        + "{\"cause\":\"SILENCE\",\"what\":\"Nobody answers.\",\"evidence\":[\"unit 1: nothing\"],"
                        + "\"remedy\":\"Check the power.\"}]}}\n";
        assertThat(run("bus", "scan", "--line", "cabinet", "--quick")).isZero();
        assertThat(err.toString()).isEqualTo("64 questions\n");
        assertThat(out.toString().lines())
                .containsExactly("Nobody answers.", "    unit 1: nothing", "  -> Check the power.");
        assertThat(requests)
                .containsExactly("{\"command\":\"bus.scan\",\"arguments\":{\"line\":\"cabinet\",\"quick\":true}}");
    }

    @Test
    void whatTheGatewayRefusesIsItsOwnSentence() {
        answer = "{\"error\":\"there is no leaf meter-9\"}\n";
        assertThat(run("leaf", "retire", "meter-9")).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("there is no leaf meter-9\n");
    }

    @Test
    void aGatewayThatEndsOrTalksNonsenseIsSaidSo() {
        assertThat(run("leaf", "list")).isEqualTo(1);
        assertThat(err.toString()).contains("ended the visit without an answer");
        answer = "hello\n";
        assertThat(run("leaf", "list")).isEqualTo(1);
        assertThat(err.toString()).contains("is not understood: not JSON");
    }

    @Test
    void aGatewayThatSaysNothingIsNotWaitedForForEver() throws IOException {
        try (var silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path socket = state.resolve("silent");
            silent.bind(UnixDomainSocketAddress.of(socket));
            try (var client = ControlClient.open(socket, Duration.ofMillis(20))) {
                assertThatThrownBy(() -> client.call("leaf.list", JsonValue.EMPTY_JSON_OBJECT, _ -> {}))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("has said nothing for")
                        .hasMessageContaining("start it anew");
            }
        }
    }

    @Test
    void settingsAreSentences() {
        answer = "{\"result\":{\"trial\":\"\",\"waitsFor\":\"\",\"changed\":[],"
                + "\"overFile\":{\"configurations\":{},\"templates\":{}}}}\n";
        assertThat(run("settings", "show")).isZero();
        assertThat(out.toString()).isEqualTo("Nothing is changed: what the gateway's file says counts.\n");
    }

    @Test
    void aChangeOnTrialSaysHowLongItHasAndWhatItWaitsFor() {
        answer = "{\"result\":{\"trial\":\"summer\",\"waitsFor\":\"a session of a leaf\",\"by\":\"root\","
                + "\"leftSeconds\":42,\"starts\":1,\"changed\":[],\"overFile\":{\"configurations\":"
                + "{\"io.postern.gateway\":{\"amqpAbove\":100,\"proxy\":null},\"io.postern.gateway.leaf~a\":null},"
                + "\"templates\":{\"my-meter\":{}}},\"last\":{\"change\":\"spring\",\"outcome\":\"taken back\","
                + "\"reason\":\"no session\",\"at\":\"2026-03-01T08:00:00.123456Z\"}}}\n";
        assertThat(run("settings", "show")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "On trial: summer, by root, 42 s left; it waits for a session of a leaf.",
                        "Changed: io.postern.gateway amqpAbove = 100",
                        "Changed: io.postern.gateway proxy = as the file says",
                        "Changed: io.postern.gateway.leaf~a is taken away",
                        "Changed: the template my-meter",
                        "The last: the change spring is taken back: no session (2026-03-01T08:00:00Z).");
    }

    @Test
    void whereNoGatewayIsTheRemedyIsSaid() throws Exception {
        close();
        assertThat(run("leaf", "list")).isEqualTo(1);
        assertThat(err.toString()).contains("it has ended; start it again");
        state = state.resolve("elsewhere");
        assertThat(run("bus", "lines")).isEqualTo(1);
        assertThat(err.toString()).contains("name its state directory with --state");
    }

    @Test
    void wrongUsageIsSaidWithTheHelpThatHelps() {
        assertThat(run("leaf", "approve")).isEqualTo(2);
        assertThat(err.toString())
                .contains("Missing required parameter: 'LEAF'")
                .contains("postern leaf approve --help");
    }

    private int run(String... arguments) {
        return Local.run(
                new Output(new PrintWriter(out, true), new PrintWriter(err, true), 200),
                Map.of("POSTERN_STATE", state.toString()),
                arguments);
    }

    private void serve() {
        while (gateway.isOpen()) {
            try (SocketChannel visitor = gateway.accept();
                    var reader = new BufferedReader(Channels.newReader(visitor, StandardCharsets.UTF_8))) {
                requests.add(String.valueOf(reader.readLine()));
                visitor.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                // closed, or a visitor that left
            }
        }
    }
}
