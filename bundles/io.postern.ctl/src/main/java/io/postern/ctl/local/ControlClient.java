// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.local;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One visit to a gateway's control socket. */
public final class ControlClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2); // what takes longer tells its steps

    private final Path socket;
    private final SocketChannel channel;
    private final BufferedReader answers;
    private final Duration patience;

    private ControlClient(Path socket, SocketChannel channel, Duration patience) {
        this.socket = socket;
        this.channel = channel;
        this.patience = patience;
        this.answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    /** @throws IOException saying what to do, when no gateway can be asked there */
    public static ControlClient open(Path socket) throws IOException {
        return open(socket, PATIENCE);
    }

    /** @param patience how long the gateway may say nothing */
    static ControlClient open(Path socket, Duration patience) throws IOException {
        try {
            return new ControlClient(socket, SocketChannel.open(UnixDomainSocketAddress.of(socket)), patience);
        } catch (SocketException | IllegalArgumentException e) {
            throw new IOException(remedy(socket), e);
        }
    }

    /**
     * Asks for one command and waits for its result.
     *
     * @param progress takes each step on the way
     * @throws IOException with the gateway's own words when it refuses, or when it has gone
     */
    public JsonObject call(String command, JsonObject arguments, Consumer<JsonObject> progress) throws IOException {
        String request = Json.object()
                        .add("command", command)
                        .add("arguments", arguments)
                        .build() + "\n";
        ByteBuffer octets = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
        while (true) {
            JsonObject line = answer();
            Optional<JsonObject> step = Json.object(line, "progress");
            Optional<JsonObject> result = Json.object(line, "result");
            if (result.isPresent()) {
                return result.get();
            }
            if (step.isEmpty()) {
                throw new IOException(
                        Json.text(line, "error").orElse("the gateway's answer is not understood: " + line));
            }
            progress.accept(step.get());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private JsonObject answer() throws IOException {
        var heard = new CountDownLatch(1);
        Thread.ofVirtual().name("control-patience").start(() -> giveUp(heard));
        String line;
        try {
            line = answers.readLine();
        } catch (ClosedChannelException e) {
            throw new IOException(
                    "the gateway at " + socket + " has said nothing for " + patience.toSeconds()
                            + " s: ask again; if it stays so, look at its log and start it anew",
                    e);
        } finally {
            heard.countDown();
        }
        if (line == null) {
            throw new IOException(
                    "the gateway ended the visit without an answer: it is being stopped, or look at its log");
        }
        try {
            return Json.parseObject(line);
        } catch (IllegalArgumentException e) {
            throw new IOException("the gateway's answer is not understood: " + e.getMessage(), e);
        }
    }

    /** A blocking channel knows no patience of its own: closing it is what ends the reading. */
    private void giveUp(CountDownLatch heard) {
        try {
            if (!heard.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                channel.close();
            }
        } catch (InterruptedException | IOException e) {
            Thread.currentThread().interrupt(); // nobody does; the reading goes on without a limit
        }
    }

    private static String remedy(Path socket) {
        try {
            Files.readAttributes(socket, "size");
        } catch (AccessDeniedException e) {
            return "not allowed to speak to the gateway at " + socket + ": be its user, or root (sudo)";
        } catch (IOException e) {
            return "no gateway at " + socket
                    + ": start it, or name its state directory with --state (as ./postern gateway --state)";
        }
        return Files.isWritable(socket)
                ? "no gateway answers at " + socket + ": it has ended; start it again"
                : "not allowed to speak to the gateway at " + socket + ": be its user, or root (sudo)";
    }
}
