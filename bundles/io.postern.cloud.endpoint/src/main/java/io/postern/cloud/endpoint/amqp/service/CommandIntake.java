// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.service;

import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.AmqpMessage.Standard;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.MessageOutcome;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.commands.CommandQueue;
import io.postern.cloud.hub.commands.SendReply;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Shown;
import io.postern.wire.hub.PropertyBag;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes commands that the service sends to devices (HUB-27); each names its device in {@code to}. */
final class CommandIntake implements LinkAnswer.Taker {
    private static final String ACK = "iothub-ack";
    private static final Pattern TO = Pattern.compile("(?i)/?devices/([^/]+)/messages/devicebound/?");

    private final CommandQueue commands;
    private final Supplier<Optional<String>> flaw;
    private final Refusals refusals;

    /** @param flaw why the sender may send no longer, if it may not */
    CommandIntake(CommandQueue commands, Supplier<Optional<String>> flaw, Refusals refusals) {
        this.commands = commands;
        this.flaw = flaw;
        this.refusals = refusals;
    }

    @Override
    public MessageOutcome take(AmqpMessage message) {
        Optional<String> reason = flaw.get();
        if (reason.isPresent()) {
            return new MessageOutcome.Rejected(refusals.unauthorized(reason.get()));
        }
        try {
            DeviceId device = device(message);
            Command command = command(message);
            if (command.size() > Command.LARGEST) {
                return rejected(
                        AmqpError.TOO_LARGE,
                        413_001,
                        "MessageTooLarge",
                        "a command has at most " + Command.LARGEST + " bytes, this one " + command.size());
            }
            return outcome(commands.send(device, command));
        } catch (IllegalArgumentException e) {
            return new MessageOutcome.Rejected(refusals.argument(String.valueOf(e.getMessage())));
        } catch (DatabaseException e) {
            return new MessageOutcome.Rejected(refusals.failed(e));
        }
    }

    private MessageOutcome outcome(SendReply reply) {
        return switch (reply) {
            case SendReply.Accepted _ -> new MessageOutcome.Accepted();
            case SendReply.NoDevice(DeviceId device) ->
                rejected(AmqpError.NOT_FOUND, 404_001, "DeviceNotFound", "there is no device " + device);
            case SendReply.QueueFull(DeviceId device, int pending) ->
                rejected(
                        AmqpError.LIMIT,
                        403_004,
                        "DeviceMaximumQueueDepthExceeded",
                        pending + " commands wait for device " + device + " already");
        };
    }

    private MessageOutcome rejected(String condition, int code, String name, String text) {
        return new MessageOutcome.Rejected(refusals.of(condition, code, name, text));
    }

    private static DeviceId device(AmqpMessage message) {
        String to = message.text(Standard.TO).orElse("");
        Matcher parts = TO.matcher(to);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "a command is sent to /devices/{device}/messages/devicebound, not \"" + Shown.of(to) + "\"");
        }
        return DeviceId.of(parts.group(1));
    }

    private static Command command(AmqpMessage message) {
        Acknowledgement wanted = message.text(ACK).map(Acknowledgement::parse).orElse(Acknowledgement.NONE);
        Optional<Instant> expiry =
                message.standard().get(Standard.EXPIRES) instanceof Instant at ? Optional.of(at) : Optional.empty();
        return new Command(message.messageId().map(String::valueOf), bag(message), message.octets(), expiry, wanted);
    }

    private static PropertyBag bag(AmqpMessage message) {
        SequencedMap<String, String> bag = new LinkedHashMap<>();
        message.correlationId().ifPresent(id -> bag.put(PropertyBag.CORRELATION_ID, id.toString()));
        message.text(Standard.CONTENT_TYPE).ifPresent(type -> bag.put(PropertyBag.CONTENT_TYPE, type));
        message.text(Standard.CONTENT_ENCODING).ifPresent(type -> bag.put(PropertyBag.CONTENT_ENCODING, type));
        if (message.standard().get(Standard.USER_ID) instanceof Bytes user) {
            bag.put("$.uid", user.toUtf8());
        }
        if (message.standard().get(Standard.CREATED) instanceof Instant at) {
            bag.put(PropertyBag.CREATION_TIME, at.toString());
        }
        message.properties().forEach((name, value) -> {
            if (!name.equals(ACK)) {
                bag.put(applicationName(name), value.toString());
            }
        });
        if (bag.size() > PropertyBag.MOST_ENTRIES) {
            throw new IllegalArgumentException("a message has at most " + PropertyBag.MOST_ENTRIES + " properties");
        }
        return new PropertyBag(bag);
    }

    private static String applicationName(String name) {
        if (name.isEmpty() || name.startsWith("$.")) {
            throw new IllegalArgumentException(
                    "an application property has a name that does not begin with \"$.\", not \"" + Shown.of(name)
                            + "\"");
        }
        return name;
    }
}
