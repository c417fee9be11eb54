// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.gateway.control.ControlDesk.Caller;
import io.postern.gateway.control.ControlDesk.Way;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One visitor at the control socket. A line {@code {"command":"leaf.list","arguments":{}}} asks; lines
 * {@code {"progress":{}}}, and at the end one {@code {"result":{}}} or {@code {"error":"why"}}, answer.
 */
final class ControlVisit {
    static final int LONGEST_LINE = 64 << 10; // an order with its value is below one
    private static final Duration SILENCE = Duration.ofMinutes(1); // a person types the command, a program sends it
    private static final Duration STUCK = Duration.ofSeconds(10); // a visitor who does not read what was asked for
    private static final Logger LOG = LoggerFactory.getLogger(ControlVisit.class);

    private final SocketChannel channel;
    private final ControlDesk desk;
    private final ByteBuffer arrived = ByteBuffer.allocate(4096).limit(0);

    ControlVisit(SocketChannel channel, ControlDesk desk) {
        this.channel = channel;
        this.desk = desk;
    }

    /** Answers until the visitor leaves or says what nobody can read. */
    void run() throws IOException, InterruptedException {
        var caller = new Caller(
                Way.SOCKET,
                channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName());
        while (true) {
            Optional<String> line = line();
            if (line.isEmpty()) {
                return;
            }
            JsonObject request;
            try {
                request = Json.parseObject(line.get());
            } catch (IllegalArgumentException e) {
                error(e);
                return;
            }
            answer(caller, request);
        }
    }

    static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing a visitor's channel");
        }
    }

    private void answer(Caller caller, JsonObject request) throws IOException, InterruptedException {
        try {
            JsonObject result = desk.run(
                    caller,
                    Json.requireText(request, "command"),
                    Json.object(request, "arguments").orElse(JsonValue.EMPTY_JSON_OBJECT),
                    step -> write("progress", step));
            write("result", result);
        } catch (IllegalArgumentException | IllegalStateException | IOException e) {
            error(e); // also to one who has gone: that write ends the visit
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("request", request).setCause(e).log("a defect broke a command; going on");
            error(e);
        }
    }

    private void error(Exception cause) throws IOException, InterruptedException {
        write("error", Json.text(Optional.ofNullable(cause.getMessage()).orElse(cause.toString())));
    }

    private void write(String member, JsonValue value) throws IOException {
        String line = Json.object().add(member, value).build() + "\n";
        ByteBuffer octets = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        try (var _ = new Watch(STUCK)) {
            while (octets.hasRemaining()) {
                channel.write(octets);
            }
        }
    }

    /** The next line, without its end; empty when the visitor has left. */
    private Optional<String> line() throws IOException {
        var line = new ByteArrayOutputStream();
        try (var _ = new Watch(SILENCE)) {
            while (true) {
                while (arrived.hasRemaining()) {
                    byte octet = arrived.get();
                    if (octet == '\n') {
                        return Optional.of(Bytes.of(line.toByteArray()).toUtf8());
                    }
                    if (line.size() == LONGEST_LINE) {
                        throw new IOException("a line of more than " + LONGEST_LINE + " octets");
                    }
                    line.write(octet);
                }
                int read = channel.read(arrived.clear());
                arrived.flip();
                if (read < 0) {
                    return Optional.empty();
                }
            }
        }
    }

    /** Closes the channel when what it guards has not ended in time: a blocking channel knows no patience of its own. */
    private final class Watch implements AutoCloseable {
        private final CountDownLatch over = new CountDownLatch(1);

        Watch(Duration patience) {
            Thread.ofVirtual().name("control-watch").start(() -> {
                try {
                    if (!over.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                        closeQuietly(channel);
                    }
                } catch (InterruptedException e) {
                    closeQuietly(channel);
                }
            });
        }

        @Override
        public void close() {
            over.countDown();
        }
    }
}
