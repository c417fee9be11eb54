// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.Reading;
import io.postern.sensor.Measurement;
import io.postern.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Under which topics a reading goes to the plant's broker: one message with the whole JSON, or, where the template has
 * {@code {field}}, one for each value. What in a name would mean something in a topic becomes an underscore.
 */
record PlantTopic(String template, String gateway) {
    private static final Pattern PLACE = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern UNFIT = Pattern.compile("[+#/$\\p{Cntrl}\\p{Cf}]");
    private static final Set<String> KNOWN = Set.of("gateway", "leaf", "field");
    private static final int LONGEST = 1024; // octets, with names of 128 characters in each place; MQTT allows 65535

    /** One message. */
    record Message(String topic, Bytes payload) {}

    /** @throws IllegalArgumentException beginning with the key that cannot be used */
    PlantTopic {
        Matcher places = PLACE.matcher(template);
        while (places.find()) {
            if (!KNOWN.contains(places.group(1))) {
                throw new IllegalArgumentException(
                        "topic: {" + places.group(1) + "} is not known; known are {gateway}, {leaf} and {field}");
            }
        }
        String rest = places.replaceAll("x");
        if (rest.isBlank()
                || rest.startsWith("$")
                || rest.length() > LONGEST / 2
                || rest.chars().anyMatch(c -> "+#{}".indexOf(c) >= 0 || Character.isISOControl(c))) {
            throw new IllegalArgumentException(
                    "topic: a topic such as plant/{leaf} or plant/{leaf}/{field}, without +, # and control characters,"
                            + " and not beginning with $");
        }
        if (template.contains("{gateway}") && gateway.isBlank()) {
            throw new IllegalArgumentException("gateway: a name is needed, for {gateway} stands in the topic");
        }
    }

    List<Message> messages(Reading reading, Bytes body) {
        String leaf = reading.leaf().text();
        if (!template.contains("{field}")) {
            return List.of(new Message(fill(Map.of("gateway", gateway, "leaf", leaf)), body));
        }
        return reading.values().entrySet().stream()
                .map(value -> new Message(
                        fill(Map.of("gateway", gateway, "leaf", leaf, "field", value.getKey())),
                        Bytes.utf8(text(value.getValue()))))
                .filter(message -> message.topic().getBytes(StandardCharsets.UTF_8).length <= LONGEST)
                .toList();
    }

    private String fill(Map<String, String> names) {
        return PLACE.matcher(template)
                .replaceAll(place -> Matcher.quoteReplacement(
                        UNFIT.matcher(names.getOrDefault(place.group(1), "")).replaceAll("_")));
    }

    private static String text(Measurement value) {
        return switch (value) {
            case Measurement.Quantity(double number) -> Double.toString(number);
            case Measurement.Count(long count) -> Long.toString(count);
            case Measurement.Flag(boolean flag) -> Boolean.toString(flag);
            case Measurement.Text(String text) -> text;
        };
    }
}
