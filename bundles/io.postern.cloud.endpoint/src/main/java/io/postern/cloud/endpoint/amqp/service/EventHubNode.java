// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.service;

import io.postern.cloud.endpoint.amqp.AmqpBody;
import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.endpoint.amqp.hub.ServiceSide;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.EventPartition;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Shown;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What Event Hubs clients ask at {@code $management}: which partitions there are, and where one begins and ends. A question
 * bears a token of its own; without one, those that were put on the connection count.
 */
final class EventHubNode {
    static final String ADDRESS = "$management";

    private static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z"); // the field's date for what never was

    private final ServiceSide.Guest guest;
    private final Hub hub;
    private final String entity;
    private final Refusals refusals;

    EventHubNode(ServiceSide.Guest guest) {
        this.guest = guest;
        this.hub = guest.hub();
        this.entity = hub.name().label();
        this.refusals = guest.refusals();
    }

    AmqpMessage answer(AmqpMessage question) {
        try {
            Optional<String> flaw = question.text("security_token")
                    .map(SasToken::parse)
                    .map(this::flaw)
                    .orElseGet(() -> ServiceLinks.flaw(guest, entity));
            if (flaw.isPresent()) {
                return refused(401, AmqpError.UNAUTHORIZED, refusals.withTrackingId("not authorised", 401, flaw.get()));
            }
            return decide(question);
        } catch (IllegalArgumentException e) {
            return refused(400, AmqpError.ARGUMENT, String.valueOf(e.getMessage()));
        } catch (DatabaseException e) {
            return refused(500, AmqpError.INTERNAL, refusals.failed(e).description());
        }
    }

    private Optional<String> flaw(SasToken shown) {
        var asked = new ResourceUri(hub.name() + "/" + entity);
        return hub.gatekeeper().admitService(shown, Permission.SERVICE_CONNECT, asked)
                        instanceof AccessDecision.Denied<?>(AccessDecision.Denial _, String text)
                ? Optional.of(text)
                : Optional.empty();
    }

    private AmqpMessage decide(AmqpMessage question) {
        String operation = question.text("operation").orElse("");
        String type = question.text("type").orElse("");
        String name = question.text("name").orElse("");
        if (!operation.equals("READ")) {
            throw new IllegalArgumentException("the operation here is READ, not \"" + Shown.of(operation) + "\"");
        }
        if (!name.equalsIgnoreCase(entity)) {
            return refused(
                    404, AmqpError.NOT_FOUND, "there is no event hub \"" + Shown.of(name) + "\" here, only " + entity);
        }
        return switch (type) {
            case "com.microsoft:eventhub" -> answered(hubFacts(type));
            case "com.microsoft:partition" ->
                partition(question)
                        .map(partition -> answered(partitionFacts(type, partition)))
                        .orElseGet(() -> refused(
                                404,
                                ServiceLinks.OUT_OF_RANGE,
                                "partitions are 0 to " + (hub.events().partitions() - 1)));
            default ->
                throw new IllegalArgumentException("the type here is com.microsoft:eventhub or com.microsoft:partition,"
                        + " not \"" + Shown.of(type) + "\"");
        };
    }

    private Optional<EventPartition> partition(AmqpMessage question) {
        String text = String.valueOf(question.properties().getOrDefault("partition", ""));
        return IntStream.range(0, hub.events().partitions())
                .filter(number -> Integer.toString(number).equals(text))
                .mapToObj(hub.events()::partition)
                .findFirst();
    }

    private Map<String, Object> hubFacts(String type) {
        String[] ids = IntStream.range(0, hub.events().partitions())
                .mapToObj(Integer::toString)
                .toArray(String[]::new);
        return Map.of(
                "name", entity,
                "type", type,
                "created_at", hub.consumerGroups().since(),
                "partition_count", ids.length,
                "partition_ids", ids);
    }

    private Map<String, Object> partitionFacts(String type, EventPartition partition) {
        Map<String, Object> facts = new HashMap<>();
        facts.put("name", entity);
        facts.put("type", type);
        facts.put("partition", Integer.toString(partition.id()));
        facts.put("begin_sequence_number", partition.first());
        facts.put("last_enqueued_sequence_number", partition.last());
        facts.put("last_enqueued_offset", Long.toString(partition.last()));
        facts.put("last_enqueued_time_utc", partition.enqueued().orElse(NEVER));
        facts.put("is_partition_empty", partition.isEmpty());
        return facts;
    }

    private static AmqpMessage answered(Map<String, Object> facts) {
        return new AmqpMessage(
                Map.of(), Map.of(), Map.of("status-code", 200, "status-description", "OK"), new AmqpBody.Value(facts));
    }

    private static AmqpMessage refused(int status, String condition, String text) {
        return new AmqpMessage(
                Map.of(),
                Map.of(),
                Map.of("status-code", status, "status-description", text, "error-condition", condition),
                new AmqpBody.Value(""));
    }
}
