// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.gateway.TelemetryMessage;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One live connection of one device identity to its hub. Used by the thread that opened it; what is below {@link #report}
 * may be left to one other thread, which carries out what the hub wants.
 */
public interface HubSession extends AutoCloseable {
    /**
     * Sends the messages in order and returns when the hub has acknowledged every one.
     *
     * @throws MessageRefusedException when the hub took those before one, and will never take that one
     * @throws IOException when an acknowledgement is missing: any of them may or may not have arrived, send them again
     */
    void send(List<TelemetryMessage> messages) throws IOException, InterruptedException;

    /**
     * Puts {@code fresh} in the place of the credential the session was opened with, so that it goes on without a break.
     *
     * @return false when this transport has no way to: then the session serves to its credential's end, and the next is
     *     opened with the fresh one
     * @throws NotAuthorizedException when the hub does not accept it
     */
    boolean renew(Credential fresh) throws IOException, InterruptedException;

    /**
     * Merges {@code patch} into the device's reported properties; returns when the hub has taken it.
     *
     * @throws NotOverThisTransportException when the protocol has no twins
     */
    void report(JsonObject patch) throws IOException, InterruptedException;

    /**
     * The device's twin: {@code desired} and {@code reported}, each with {@code $version}.
     *
     * @throws NotOverThisTransportException when the protocol has no twins
     */
    JsonObject twin() throws IOException, InterruptedException;

    /**
     * Begins to hear what the hub wants of the device, as far as the protocol carries it. What was wanted before stands
     * in {@link #twin}, commands are kept by the hub.
     */
    void follow() throws IOException, InterruptedException;

    /**
     * The next thing the hub wants, in the order in which it came; empty when nothing came within {@code atMost}.
     *
     * @throws IOException when the connection is gone
     */
    Optional<HubOrder> nextOrder(Duration atMost) throws IOException, InterruptedException;

    /**
     * Has {@code wake} run once, by any thread, as soon as {@link #nextOrder} has something to say, so that nobody need
     * wait there; it must be quick.
     *
     * @return false when it has already, or when this transport has to be asked each time
     */
    default boolean wakeWithNextOrder(Runnable wake) {
        return false;
    }

    /** Answers a direct method; returns when the hub has taken the answer. */
    void answer(HubOrder.Method method, int status, JsonValue payload) throws IOException, InterruptedException;

    /**
     * Tells the hub what became of a command; returns when it is on its way. MQTT knows only complete: there a rejected
     * command is completed, too, so that it does not come again, and an abandoned one comes again when the hub's lock ends.
     *
     * @throws IOException when the connection is gone: the command comes again
     */
    void settle(HubOrder.Command command, HubOrder.Settlement settlement) throws IOException, InterruptedException;

    /** False as soon as the connection is known to be gone. */
    boolean isOpen();

    /**
     * {@code told} is run when the connection is known to be gone, by any thread; it must be quick. A session that cannot
     * tell is looked at from time to time.
     */
    default void onLoss(Runnable told) {}

    /**
     * Whether a session opened now would go another, better way: who uses this one closes it when nothing is on its way,
     * and opens another.
     */
    default boolean isSuperseded() {
        return false;
    }

    /** Disconnects; idempotent, returns within a bound. */
    @Override
    void close();
}
