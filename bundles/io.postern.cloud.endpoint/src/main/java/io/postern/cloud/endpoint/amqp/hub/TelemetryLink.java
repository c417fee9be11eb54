// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.amqp.AmqpBody;
import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.MessageOutcome;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.hub.SessionEndedException;
import io.postern.cloud.hub.Telemetry;
import io.postern.cloud.store.DatabaseException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a device sends to the cloud: settled when it is durable, all that waits together with one commit. */
final class TelemetryLink implements LinkAnswer.Taker {
    static final int CREDIT = 100;
    static final int MOST = Telemetry.LARGEST + 8 * 1024; // names of properties and the encoding around everything

    private final Presence presence;
    private final Refusals refusals;

    TelemetryLink(Presence presence, Refusals refusals) {
        this.presence = presence;
        this.refusals = refusals;
    }

    @Override
    public MessageOutcome take(AmqpMessage message) {
        return takeAll(List.of(message)).getFirst();
    }

    @Override
    public List<MessageOutcome> takeAll(List<AmqpMessage> messages) {
        List<Telemetry> good = new ArrayList<>();
        List<MessageOutcome> outcomes = new ArrayList<>();
        for (AmqpMessage message : messages) {
            try {
                good.addAll(read(message));
                outcomes.add(new MessageOutcome.Accepted());
            } catch (TooLargeException e) {
                presence.session().garbled();
                outcomes.add(rejected(
                        refusals.of(AmqpError.TOO_LARGE, 413_001, "MessageTooLarge", String.valueOf(e.getMessage()))));
            } catch (IllegalArgumentException e) {
                presence.session().garbled();
                outcomes.add(rejected(refusals.argument(String.valueOf(e.getMessage()))));
            }
        }
        MessageOutcome stored = good.isEmpty() ? new MessageOutcome.Accepted() : store(good);
        return outcomes.stream()
                .map(each -> each instanceof MessageOutcome.Accepted ? stored : each)
                .toList();
    }

    private MessageOutcome store(List<Telemetry> messages) {
        try {
            presence.session().accept(messages);
            return new MessageOutcome.Accepted();
        } catch (SessionEndedException _) {
            return rejected(presence.endError());
        } catch (DatabaseException e) {
            refusals.failed(e);
            return new MessageOutcome.Released();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new MessageOutcome.Released();
        }
    }

    private static List<Telemetry> read(AmqpMessage message) {
        Stream<AmqpMessage> each =
                message.body() instanceof AmqpBody.Batch(List<AmqpMessage> batch) ? batch.stream() : Stream.of(message);
        return each.map(TelemetryLink::readOne).toList();
    }

    private static Telemetry readOne(AmqpMessage message) {
        var telemetry = new Telemetry(Properties.bag(message), message.octets());
        if (telemetry.size() > Telemetry.LARGEST) {
            throw new TooLargeException("a message has at most " + Telemetry.LARGEST
                    + " bytes with its properties, this one " + telemetry.size());
        }
        return telemetry;
    }

    private static final class TooLargeException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        TooLargeException(String message) {
            super(message);
        }
    }

    private static MessageOutcome rejected(AmqpError error) {
        return new MessageOutcome.Rejected(error);
    }
}
