// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.ControlCommand;
import io.postern.testkit.Await;
import io.postern.testkit.CapturedLog;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set before each test
class ControlSocketTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path state;

    private final ControlDesk desk = new ControlDesk();
    private final CountDownLatch gone = new CountDownLatch(1);
    private Path directory;
    private ControlSocket socket;

    @BeforeEach
    void open() throws IOException {
        directory = state.resolve("control");
        desk.add(new SimpleCommand("test.echo", "says what it was told", false, true, arguments -> arguments));
        desk.add(new SimpleCommand("test.fail", "fails", true, true, _ -> {
            throw new IOException("the port is gone");
        }));
        desk.add(new SimpleCommand("test.set", "changes something", true, true, arguments -> arguments));
        desk.add(new Counting());
        socket = ControlSocket.open(directory, desk);
    }

    @AfterEach
    void close() {
        socket.close();
    }

    @Test
    @Tag("SEC-10")
    void onlyTheOwnerGetsToTheSocketAndNothingOfItStays() throws Exception {
        assertThat(mode(directory)).isEqualTo("rwx------");
        assertThat(mode(path())).isEqualTo("rw-------");
        socket.close();
        assertThat(path()).doesNotExist();
    }

    @Test
    void aCommandIsAnsweredInALineAndTheNextOneToo() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.say("{\"command\":\"test.echo\",\"arguments\":{\"a\":1}}\n{\"command\":\"test.echo\"}\n");
            assertThat(visitor.hear()).isEqualTo("{\"result\":{\"a\":1}}");
            assertThat(visitor.hear()).isEqualTo("{\"result\":{}}");
        }
    }

    @Test
    void stepsComeBeforeTheResult() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.say("{\"command\":\"test.count\",\"arguments\":{\"to\":3}}\n");
            assertThat(List.of(visitor.hear(), visitor.hear(), visitor.hear(), visitor.hear()))
                    .containsExactly(
                            "{\"progress\":{\"n\":1}}",
                            "{\"progress\":{\"n\":2}}",
                            "{\"progress\":{\"n\":3}}",
                            "{\"result\":{\"to\":3}}");
        }
    }

    /** A gateway whose parts begin anew opens a socket of its own for each life. */
    @Test
    void whoComesWhileTheSocketIsClosedIsAnsweredOrSentAwayAndNeverKeptWaiting() throws Exception {
        for (int i = 0; i < 300; i++) {
            var arrived = new CountDownLatch(1);
            var visit = CompletableFuture.runAsync(
                    () -> {
                        try (var visitor = new Visitor()) {
                            arrived.countDown();
                            visitor.say("{\"command\":\"test.echo\"}\n");
                            visitor.hear();
                        } catch (IOException e) {
                            arrived.countDown(); // sent away
                        }
                    },
                    command -> Thread.ofPlatform().start(command));
            arrived.await();
            socket.close();
            visit.get(20, TimeUnit.SECONDS);
            socket = ControlSocket.open(directory, desk);
        }
    }

    @Test
    void aCommandEndsWhenItsVisitorLeaves() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.say("{\"command\":\"test.count\",\"arguments\":{\"to\":2000000000}}\n");
            visitor.hear();
        }
        Await.until(LONG, "the command to end", () -> gone.getCount() == 0);
    }

    @Test
    void whatCannotBeDoneIsSaidAndTheVisitGoesOn() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.say("{\"command\":\"test.none\"}\n");
            assertThat(visitor.hear())
                    .isEqualTo("{\"error\":\"there is no command test.none; there are test.count,"
                            + " test.echo, test.fail, test.set now (more come while the gateway starts)\"}");
            visitor.say("{\"arguments\":{}}\n");
            assertThat(visitor.hear()).contains("\\\"command\\\" is missing");
            visitor.say("{\"command\":\"test.fail\"}\n");
            assertThat(visitor.hear()).isEqualTo("{\"error\":\"the port is gone\"}");
            visitor.say("{\"command\":\"test.echo\"}\n");
            assertThat(visitor.hear()).isEqualTo("{\"result\":{}}");
        }
    }

    @Test
    void garbageAndLinesWithoutAnEndCostNoMoreThanTheirVisitor() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.say("GET / HTTP/1.1\r\n");
            assertThat(visitor.hear()).startsWith("{\"error\":\"not JSON");
            assertThat(visitor.hear()).isEqualTo("gone");
        }
        try (var visitor = new Visitor()) {
            visitor.flood(ControlVisit.LONGEST_LINE + 1);
            assertThat(visitor.hear()).isEqualTo("gone");
        }
        try (var visitor = new Visitor()) {
            visitor.say("{\"command\":\"test.echo\"}\n");
            assertThat(visitor.hear()).isEqualTo("{\"result\":{}}");
        }
    }

    @Test
    void whoComesFifthWaitsUntilOneOfFourHasLeft() throws Exception {
        List<Visitor> four = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            four.add(new Visitor());
            four.getLast().say("{\"command\":\"test.echo\"}\n");
            four.getLast().hear();
        }
        try (var fifth = new Visitor()) {
            fifth.say("{\"command\":\"test.echo\"}\n");
            four.getFirst().close();
            assertThat(fifth.hear()).isEqualTo("{\"result\":{}}");
        }
        for (Visitor each : four) {
            each.close();
        }
    }

    @Test
    @Tag("SEC-14")
    void whatChangesSomethingGoesOnRecordWithWhoAskedAndWhatCameOfIt() throws Exception {
        try (var log = CapturedLog.start();
                var visitor = new Visitor()) {
            visitor.say("{\"command\":\"test.set\",\"arguments\":{\"leaf\":\"meter-1\"}}\n");
            visitor.hear();
            visitor.say("{\"command\":\"test.fail\"}\n");
            visitor.hear();
            visitor.say("{\"command\":\"test.echo\"}\n");
            visitor.hear();
            String me = System.getProperty("user.name");
            assertThat(log.lines().stream().filter(line -> line.contains(" audit ")))
                    .containsExactly(
                            "INFO audit by=" + me
                                    + " way=SOCKET command=test.set arguments={\"leaf\":\"meter-1\"} done ",
                            "INFO audit by=" + me
                                    + " way=SOCKET command=test.fail arguments={} failed: the port is gone ");
        }
    }

    @Test
    void aSocketThatAGatewayLeftBehindIsReplacedOneThatIsInUseIsNot() throws Exception {
        assertThatThrownBy(() -> ControlSocket.open(directory, desk))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another gateway is at the control socket");
        socket.close();
        try (var left = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(path()));
        }
        assertThat(path()).as("left behind").exists();
        socket = ControlSocket.open(directory, desk);
        try (var visitor = new Visitor()) {
            visitor.say("{\"command\":\"test.echo\"}\n");
            assertThat(visitor.hear()).isEqualTo("{\"result\":{}}");
        }
    }

    @Test
    void aPathThatNoSocketCanHaveIsRefusedWithTheRemedy() {
        assertThatThrownBy(() -> ControlSocket.open(state.resolve("x".repeat(100)), desk))
                .hasMessageContaining("longer than 107 octets")
                .hasMessageContaining("controlDirectory");
    }

    private Path path() {
        return directory.resolve(ControlSocket.NAME);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    /** Tells each number up to one. */
    private final class Counting implements ControlCommand {
        @Override
        public String name() {
            return "test.count";
        }

        @Override
        public String summary() {
            return "counts";
        }

        @Override
        public boolean changes() {
            return false;
        }

        @Override
        public boolean remote() {
            return false;
        }

        @Override
        public JsonObject run(JsonObject arguments, Progress progress) throws IOException {
            try {
                for (int n = 1; n <= arguments.getInt("to"); n++) {
                    progress.tell(Json.object().add("n", n).build());
                }
                return arguments;
            } finally {
                gone.countDown();
            }
        }
    }

    /** Somebody at the socket. */
    private final class Visitor implements AutoCloseable {
        private final SocketChannel channel;
        private final BufferedReader answers;

        Visitor() throws IOException {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(path()));
            answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        }

        void say(String text) throws IOException {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }

        void flood(int octets) {
            try {
                say("x".repeat(octets));
            } catch (IOException e) {
                assertThat(e).as("cut off in the middle").hasMessageContaining("pipe");
            }
        }

        /** A line, or that there will be none. */
        String hear() {
            try {
                String line = answers.readLine();
                return line == null ? "gone" : line;
            } catch (IOException e) {
                return "gone";
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
