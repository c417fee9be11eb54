// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.ThrottledException;
import io.postern.wire.ErrorBody;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;

/**
 * One device's share of a connection. What is asked of it goes to the connection's thread; the caller waits. A session
 * whose messages hang, or whose caller went away while they were on their way, ends: to send on would break the order of
 * a leaf.
 */
final class AmqpHubSession implements HubSession {
    private final HubConnection connection;
    private final DeviceLinks links;
    private final Runnable left;

    /** @param left told once when the session is closed */
    AmqpHubSession(HubConnection connection, DeviceLinks links, Runnable left) {
        this.connection = connection;
        this.links = links;
        this.left = left;
    }

    @Override
    public void send(List<TelemetryMessage> messages) throws IOException, InterruptedException {
        if (messages.isEmpty()) {
            return;
        }
        var batch = new Batch(messages);
        connection.post(() -> links.send(batch));
        try {
            batch.acknowledged().await();
        } catch (InterruptedException e) {
            connection.post(() -> links.end(new IOException("who waited for the hub went away", e)));
            throw e;
        }
    }

    @Override
    public boolean renew(Credential fresh) throws IOException, InterruptedException {
        if (!(fresh instanceof Credential.Token(var token))) {
            return false; // a certificate is shown in the handshake only
        }
        var verdict = new Answer<Boolean>();
        connection.post(() -> links.put(token, verdict));
        return verdict.await(connection.patience().answer());
    }

    @Override
    public void report(JsonObject patch) throws IOException, InterruptedException {
        ask("report properties", TwinLinks.report(patch));
    }

    @Override
    public JsonObject twin() throws IOException, InterruptedException {
        String body = ask("read its twin", TwinLinks.get()).text();
        try {
            return Json.parseObject(body);
        } catch (IllegalArgumentException e) {
            throw new IOException("the hub's answer about the twin of " + links.device() + " is not a JSON object", e);
        }
    }

    @Override
    public void follow() throws IOException, InterruptedException {
        ask("hear of desired properties", TwinLinks.subscribe());
        var ready = new Answer<Boolean>();
        connection.post(() -> links.listenToMethods(ready));
        var commands = new Answer<Boolean>();
        connection.post(() -> links.listenToCommands(commands));
        awaitOrEnd(ready, connection.patience().answer());
        awaitOrEnd(commands, connection.patience().answer());
    }

    @Override
    public Optional<HubOrder> nextOrder(Duration atMost) throws IOException, InterruptedException {
        return links.orders().next(atMost);
    }

    @Override
    public boolean wakeWithNextOrder(Runnable wake) {
        return links.orders().wakeWithNext(wake);
    }

    @Override
    public void answer(HubOrder.Method method, int status, JsonValue payload) throws IOException, InterruptedException {
        var taken = new Answer<Boolean>();
        connection.post(() -> links.reply(method, status, payload, taken));
        awaitOrEnd(taken, connection.patience().answer());
    }

    @Override
    public void settle(HubOrder.Command command, HubOrder.Settlement settlement) throws IOException {
        Optional<IOException> gone = links.ended();
        if (gone.isPresent()) {
            throw new IOException("a command was not settled and comes again", gone.get());
        }
        connection.post(() -> links.settle(command, settlement));
    }

    @Override
    public void onLoss(Runnable told) {
        links.onEnd(told);
    }

    @Override
    public boolean isOpen() {
        return links.ended().isEmpty();
    }

    @Override
    public void close() {
        connection.post(() -> links.end(new IOException("the session of " + links.device() + " was closed")));
        left.run();
    }

    private Received ask(String what, Message question) throws IOException, InterruptedException {
        var answer = new Answer<Received>();
        connection.post(() -> links.askTwin(question, answer));
        Received received = awaitOrEnd(answer, connection.patience().answer());
        int status = received.annotation("status").orElse(0) instanceof Number number ? number.intValue() : 0;
        if (status < 200 || status >= 300) {
            String refusal = "the hub would not let " + links.device() + " " + what + ": " + status + ", "
                    + ErrorBody.describe(received.text());
            throw status == 429 || status == 503
                    ? new ThrottledException(refusal, Optional.empty())
                    : new IOException(refusal);
        }
        return received;
    }

    private <T> T awaitOrEnd(Answer<T> answer, Duration atMost) throws IOException, InterruptedException {
        try {
            return answer.await(atMost);
        } catch (InterruptedException e) {
            connection.post(() -> links.end(new IOException("who waited for the hub went away", e)));
            throw e;
        } catch (IOException e) {
            if (!answer.isThere()) {
                connection.post(() -> links.end(e));
            }
            throw e;
        }
    }
}
