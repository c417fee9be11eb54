// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.service;

import io.postern.cloud.hub.events.ConsumerGroup;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a reader of events attaches: {@code {entity}/ConsumerGroups/{group}/Partitions/{n}}, in any case. The entity is
 * that of Event Hubs clients, the hub's name, or {@code messages/events}, as an IoT Hub calls its own.
 */
record EventAddress(String path, String entity, ConsumerGroup group, String partition) {
    /** What an IoT Hub calls its own events. */
    static final String OWN = "messages/events";

    private static final Pattern FORM =
            Pattern.compile("(?i)([^/]+|messages/events)/ConsumerGroups/([^/]+)/Partitions/([^/]+)/?");

    /**
     * Empty when the path is another's.
     *
     * @param path without a slash at its beginning
     * @throws IllegalArgumentException when the consumer group cannot be one
     */
    static Optional<EventAddress> parse(String path) {
        Matcher parts = FORM.matcher(path);
        return parts.matches()
                ? Optional.of(new EventAddress(path, parts.group(1), ConsumerGroup.of(parts.group(2)), parts.group(3)))
                : Optional.empty();
    }

    /** Empty when no hub has a partition of that name. */
    Optional<Integer> partitionNumber() {
        return partition.matches("0|[1-9][0-9]{0,2}") ? Optional.of(Integer.valueOf(partition)) : Optional.empty();
    }
}
