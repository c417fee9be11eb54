// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.service;

import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.AnswerNode;
import io.postern.cloud.endpoint.amqp.Lane;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.LinkRequest;
import io.postern.cloud.endpoint.amqp.LinkRequest.Direction;
import io.postern.cloud.endpoint.amqp.LinkTerms;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.endpoint.amqp.hub.ServiceSide;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.events.ConsumerGroup;
import io.postern.cloud.hub.events.ReaderReply;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.ResourceUri;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What a component of the service has with a hub on one connection: the tokens it put, and its links. Owned by the
 * connection's own virtual thread.
 */
public final class ServiceLinks implements ServiceSide.Visit {
    static final String OUT_OF_RANGE = "com.microsoft:argument-out-of-range";

    private static final String COMMANDS = "messages/devicebound";
    private static final String FEEDBACK = "messages/servicebound/feedback";
    private static final String FILES = "messages/servicebound/filenotifications";
    private static final String EPOCH = "com.microsoft:epoch";
    private static final int COMMAND_CREDIT = 50; // one device's queue; each command waits for its own commit
    private static final int LARGEST_COMMAND = 2 * Command.LARGEST; // beyond, and the link is detached
    private static final int QUESTIONS = 16; // clients wait for an answer before they ask again
    private static final int LARGEST_QUESTION = 8 * 1024; // a token has 4 KB at most

    private final ServiceSide.Guest guest;
    private final Hub hub;
    private final Refusals refusals;
    private final AnswerNode management;
    private final List<EventFeed> feeds = new ArrayList<>();

    public ServiceLinks(ServiceSide.Guest guest) {
        this.guest = guest;
        this.hub = guest.hub();
        this.refusals = guest.refusals();
        this.management = new AnswerNode(
                EventHubNode.ADDRESS, QUESTIONS, LARGEST_QUESTION, new EventHubNode(guest)::answer, refusals);
    }

    @Override
    public Optional<LinkAnswer> attach(LinkRequest request) {
        String path = path(request.address());
        try {
            Optional<EventAddress> reader = EventAddress.parse(path);
            if (reader.isPresent()) {
                return Optional.of(read(reader.get(), request));
            }
        } catch (IllegalArgumentException e) {
            return Optional.of(new LinkAnswer.Refused(refusals.argument(String.valueOf(e.getMessage()))));
        } catch (DatabaseException e) {
            return Optional.of(new LinkAnswer.Refused(refusals.failed(e)));
        }
        return switch (path.toLowerCase(Locale.ROOT)) {
            case EventHubNode.ADDRESS -> management.attach(request);
            case COMMANDS -> Optional.of(admitted(COMMANDS, this::takeCommands));
            case FEEDBACK -> Optional.of(admitted(FEEDBACK, this::giveFeedback));
            case FILES -> Optional.of(admitted(FILES, () -> new LinkAnswer.Giving(_ -> {})));
            default -> Optional.empty();
        };
    }

    @Override
    public void close() {
        List.copyOf(feeds).forEach(EventFeed::detached);
        feeds.clear();
    }

    private LinkAnswer admitted(String path, Supplier<LinkAnswer> room) {
        return flaw(guest, path)
                .<LinkAnswer>map(reason -> new LinkAnswer.Refused(refusals.unauthorized(reason)))
                .orElseGet(room);
    }

    /** Why no token that was shown opens what lies at {@code path} of the hub; empty when one does. */
    static Optional<String> flaw(ServiceSide.Guest guest, String path) {
        var asked = new ResourceUri(guest.hub().name() + "/" + path);
        return guest.admit(Permission.SERVICE_CONNECT, asked)
                        instanceof AccessDecision.Denied<?>(AccessDecision.Denial _, String text)
                ? Optional.of(text)
                : Optional.empty();
    }

    private LinkAnswer takeCommands() {
        return new LinkAnswer.Taking(
                new CommandIntake(hub.commands(), () -> flaw(guest, COMMANDS), refusals),
                COMMAND_CREDIT,
                LARGEST_COMMAND);
    }

    private LinkAnswer giveFeedback() {
        Lane lane = guest.lane();
        return new LinkAnswer.Giving(
                new FeedbackFeed(hub.feedback(), lane, () -> flaw(guest, FEEDBACK), refusals),
                LinkTerms.USUAL.on(lane));
    }

    private LinkAnswer read(EventAddress address, LinkRequest request) {
        if (request.direction() == Direction.CLIENT_SENDS) {
            return refused(
                    AmqpError.NOT_ALLOWED, 400_003, "InvalidOperation", "events are read here, devices send them");
        }
        Optional<String> reason = flaw(guest, address.path());
        if (reason.isPresent()) {
            return new LinkAnswer.Refused(refusals.unauthorized(reason.get()));
        }
        if (!address.entity().equalsIgnoreCase(hub.name().label())
                && !address.entity().equalsIgnoreCase(EventAddress.OWN)) {
            return refused(
                    AmqpError.NOT_FOUND,
                    404_000,
                    "NotFound",
                    "the events of " + hub.name() + " are at " + hub.name().label());
        }
        int partitions = hub.events().partitions();
        Optional<Integer> partition = address.partitionNumber().filter(number -> number < partitions);
        return partition.isPresent()
                ? read(address, partition.get(), request)
                : refused(OUT_OF_RANGE, 400_004, "ArgumentInvalid", "partitions are 0 to " + (partitions - 1));
    }

    private LinkAnswer read(EventAddress address, int partition, LinkRequest request) {
        long first = StartingPoint.of(request.filters(), hub.events(), partition);
        var feed = new EventFeed(hub.events(), partition, first, () -> flaw(guest, address.path()), refusals);
        return switch (hub.consumerGroups().open(address.group(), partition, epoch(request), feed)) {
            case ReaderReply.Reading(ReaderReply.Lease lease) -> {
                feed.holds(lease);
                feeds.removeIf(EventFeed::isOver);
                feeds.add(feed);
                yield new LinkAnswer.Giving(feed);
            }
            case ReaderReply.UnknownGroup(ConsumerGroup group) ->
                refused(AmqpError.NOT_FOUND, 404_000, "NotFound", "there is no consumer group " + group);
            case ReaderReply.TooMany(int most) ->
                refused(
                        AmqpError.LIMIT,
                        403_002,
                        "QuotaExceeded",
                        "consumer group " + address.group() + " has " + most + " readers of partition " + partition
                                + ", the most allowed");
            case ReaderReply.Outranked(long epoch) ->
                refused(
                        EventFeed.STOLEN,
                        409_002,
                        "LinkCreationConflict",
                        "a reader with epoch " + epoch + " has partition " + partition
                                + " to itself; come with a higher one");
        };
    }

    private static OptionalLong epoch(LinkRequest request) {
        Object epoch = request.properties().get(EPOCH);
        if (epoch == null) {
            return OptionalLong.empty();
        }
        if (epoch instanceof Long || epoch instanceof Integer || epoch instanceof Short || epoch instanceof Byte) {
            return OptionalLong.of(((Number) epoch).longValue());
        }
        throw new IllegalArgumentException(EPOCH + " is a whole number");
    }

    private LinkAnswer refused(String condition, int code, String name, String text) {
        return new LinkAnswer.Refused(refusals.of(condition, code, name, text));
    }

    private static String path(String address) {
        String path = address.replaceFirst("(?i)^(amqps?|sb)://[^/]*", "");
        return path.startsWith("/") ? path.substring(1) : path;
    }
}
