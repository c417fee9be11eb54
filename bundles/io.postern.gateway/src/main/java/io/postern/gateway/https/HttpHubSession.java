// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubOrder;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.MessageRefusedException;
import io.postern.gateway.spi.NotOverThisTransportException;
import io.postern.gateway.spi.Transport;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.ErrorBody;
import io.postern.wire.Shown;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One device at its hub, a request at a time: there is no connection that could be lost, and none that says anything. */
final class HttpHubSession implements HubSession {
    private static final Logger LOG = LoggerFactory.getLogger(HttpHubSession.class);
    private static final byte[] NOTHING = new byte[0];
    // seconds; three official clients' worth of patience for a slow line
    private static final Map<String, String> LOCK = Map.of("iothub-messagelocktimeout", "180");
    private static final String EVENTS = "events";
    private static final String COMMANDS = "devicebound";

    private final HubRequests requests;
    private final DeviceId device;
    private final Duration poll;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<HubOrder.@Nullable Command> found = new AtomicReference<>();
    private volatile long nextPoll;

    HttpHubSession(HubRequests requests, DeviceId device, Duration poll) {
        this.requests = requests;
        this.device = device;
        this.poll = poll;
    }

    @Override
    public void send(List<TelemetryMessage> messages) throws IOException {
        for (List<TelemetryMessage> part : MessageBatch.parts(messages)) {
            HttpsExchange.Answer answer =
                    requests.send("POST", EVENTS, "", Map.of(), MessageBatch.TYPE, MessageBatch.json(part));
            if (answer.status() >= 400) { // none of them was taken; one may be at fault
                for (TelemetryMessage message : part) {
                    sendAlone(message);
                }
            }
        }
    }

    private void sendAlone(TelemetryMessage message) throws IOException {
        HttpsExchange.Answer answer = requests.send(
                "POST",
                EVENTS,
                "",
                MessageBatch.head(message),
                "application/octet-stream",
                message.body().toArray());
        if (answer.status() >= 400) {
            throw new MessageRefusedException(
                    message.sequence(),
                    "the hub will not have message " + message.sequence() + " of " + device + ": " + answer.status()
                            + " " + ErrorBody.describe(answer.body()));
        }
    }

    /** The next request shows it. */
    @Override
    public boolean renew(Credential fresh) {
        requests.show(fresh);
        return true;
    }

    @Override
    public void report(JsonObject patch) throws NotOverThisTransportException {
        throw new NotOverThisTransportException(Transport.HTTPS, "report properties");
    }

    @Override
    public JsonObject twin() throws NotOverThisTransportException {
        throw new NotOverThisTransportException(Transport.HTTPS, "read a twin");
    }

    @Override
    public void answer(HubOrder.Method method, int status, JsonValue payload) throws NotOverThisTransportException {
        throw new NotOverThisTransportException(Transport.HTTPS, "answer a method");
    }

    /** Commands are asked for by {@link #nextOrder}. */
    @Override
    public void follow() {}

    @Override
    public Optional<HubOrder> nextOrder(Duration atMost) throws IOException, InterruptedException {
        HubOrder.Command waiting = found.getAndSet(null);
        if (waiting != null) {
            return Optional.of(waiting);
        }
        long rest = nextPoll - System.nanoTime();
        if (rest > 0 && closed.await(Math.min(rest, atMost.toNanos()), TimeUnit.NANOSECONDS)) {
            throw new IOException("the session of " + device + " was closed");
        }
        if (nextPoll - System.nanoTime() > 0) {
            return Optional.empty();
        }
        poll();
        return Optional.ofNullable(found.getAndSet(null));
    }

    /** Asks for a command. When there is one, there may be more: the next is asked for soon. */
    void poll() throws IOException {
        nextPoll = System.nanoTime() + poll.toNanos();
        HttpsExchange.Answer answer = requests.send("GET", COMMANDS, "", LOCK, "", NOTHING);
        String lock = answer.fields().getOrDefault("etag", "").replace("\"", "");
        if (answer.status() != 200 || lock.isBlank()) {
            return;
        }
        nextPoll = System.nanoTime();
        found.set(new HubOrder.Command(
                lock,
                answer.fields().getOrDefault("iothub-messageid", ""),
                Bytes.utf8(answer.body()),
                PropertyBag.EMPTY, // nobody here asks what else its sender said
                !answer.fields().getOrDefault("iothub-deliverycount", "0").equals("0"),
                System.nanoTime()));
    }

    @Override
    public void settle(HubOrder.Command command, HubOrder.Settlement settlement) throws IOException {
        String lock = COMMANDS + "/" + HubRequests.encoded(command.lock());
        Map<String, String> condition = Map.of("If-Match", command.lock());
        HttpsExchange.Answer answer =
                switch (settlement) {
                    case COMPLETE -> requests.send("DELETE", lock, "", condition, "", NOTHING);
                    case REJECT -> requests.send("DELETE", lock, "&reject=true", condition, "", NOTHING);
                    case ABANDON -> requests.send("POST", lock + "/abandon", "", condition, "text/plain", NOTHING);
                };
        if (answer.status() >= 400) {
            LOG.atInfo()
                    .addKeyValue("deviceId", device)
                    .addKeyValue("messageId", Shown.of(command.messageId()))
                    .log("settled too late, the command comes again: " + ErrorBody.describe(answer.body()));
        }
    }

    @Override
    public boolean isOpen() {
        return closed.getCount() > 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
