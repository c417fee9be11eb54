// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.spi.MessageRefusedException;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.message.Message;

/** The messages of one call, and what became of each. Of the connection's thread, but for who waits. */
final class Batch {
    private final List<TelemetryMessage> messages;
    private final Answer<Boolean> acknowledged = new Answer<>();
    private final BitSet answered = new BitSet();
    private int refused = Integer.MAX_VALUE; // the first in order
    private String reason = "";

    Batch(List<TelemetryMessage> messages) {
        this.messages = List.copyOf(messages);
    }

    /** There when the hub has acknowledged every one. */
    Answer<Boolean> acknowledged() {
        return acknowledged;
    }

    List<Outgoing> outgoing() {
        return IntStream.range(0, messages.size()).<Outgoing>mapToObj(One::new).toList();
    }

    private void refused(int index, ErrorCondition why) {
        if (index < refused) {
            refused = index;
            reason = HubRefusal.words(why);
        }
        answered(index);
    }

    private void answered(int index) {
        answered.set(index);
        if (answered.nextClearBit(0) < messages.size()) {
            return;
        }
        if (refused == Integer.MAX_VALUE) {
            acknowledged.bring(true);
        } else {
            acknowledged.fail(refusal());
        }
    }

    /** The rest has no answer any more; a refusal before which all is answered counts all the same. */
    private void failed(IOException why) {
        acknowledged.fail(answered.nextClearBit(0) > refused ? refusal() : why);
    }

    private MessageRefusedException refusal() {
        TelemetryMessage message = messages.get(refused);
        return new MessageRefusedException(
                message.sequence(),
                "message " + message.sequence() + " of " + message.leaf() + " is refused by the hub for good: "
                        + reason);
    }

    private final class One implements Outgoing {
        private final int index;

        One(int index) {
            this.index = index;
        }

        @Override
        public Message message() {
            TelemetryMessage telemetry = messages.get(index);
            Message message = Message.Factory.create();
            var standard = new Properties();
            Map<String, Object> applied = new HashMap<>();
            telemetry.bag().entries().forEach((key, value) -> {
                switch (key) {
                    case PropertyBag.MESSAGE_ID -> standard.setMessageId(value);
                    case PropertyBag.CORRELATION_ID -> standard.setCorrelationId(value);
                    case PropertyBag.CONTENT_TYPE -> standard.setContentType(Symbol.valueOf(value));
                    case PropertyBag.CONTENT_ENCODING -> standard.setContentEncoding(Symbol.valueOf(value));
                    case PropertyBag.CREATION_TIME -> applied.put("iothub-creation-time-utc", value);
                    default -> applied.put(key, value);
                }
            });
            message.setProperties(standard);
            message.setApplicationProperties(new ApplicationProperties(applied));
            message.setBody(new Data(new Binary(telemetry.body().toArray())));
            return message;
        }

        @Override
        public void settled(DeliveryState state) {
            if (state instanceof Accepted) {
                answered(index);
            } else if (state instanceof Rejected rejected && HubRefusal.isForGood(rejected.getError())) {
                refused(index, rejected.getError());
            } else {
                String what =
                        "the hub does not take message " + messages.get(index).sequence() + " of "
                                + messages.get(index).leaf() + " now";
                lost(
                        state instanceof Rejected rejected
                                ? HubRefusal.of(what, rejected.getError())
                                : new IOException(what + ", and gives it back"));
            }
        }

        @Override
        public void lost(IOException why) {
            failed(why);
        }
    }
}
