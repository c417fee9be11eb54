// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.wire.Json;
import jakarta.json.JsonValue;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageDocumentTest {
    private final AtomicInteger bodies = new AtomicInteger();
    private final MessageDocument message = new MessageDocument(
            Map.of("level", "alert", "severity", "2", "$own", "mine"),
            Map.of(
                    "contentType",
                    "application/json",
                    "connectionDeviceId",
                    "meter-1",
                    "enqueuedTime",
                    "2026-03-01T08:00:00Z",
                    "dt-subject",
                    "pump"),
            () -> {
                bodies.incrementAndGet();
                return Optional.of(Json.parse(
                        "{\"Weather\":{\"Temperature\":50,\"IsEnabled\":true,\"Rows\":[{\"Month\":\"Feb\"}]}}"));
            },
            () -> Optional.of(Json.parseObject("{\"tags\":{\"floor\":1}}")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "level = 'alert'|TRUE",
                "LEVEL = 'alert'|TRUE",
                "severity <= 2|UNDEFINED",
                "as_number(severity) <= 2|TRUE",
                "$contentType = 'application/json' AND level = 'alert'|TRUE",
                "$ContentType = 'text/plain'|FALSE",
                "$connectionDeviceId IN ['meter-1', 'meter-2']|TRUE",
                "$enqueuedTime > '2026-02-01'|TRUE",
                "$dt-subject = 'pump'|TRUE",
                "$own = 'mine'|TRUE",
                "contentType = 'application/json'|UNDEFINED",
                "$none = 'x'|UNDEFINED",
                "is_defined($none)|FALSE",
                "level.x = 'alert'|UNDEFINED",
                "$body.Weather.Temperature = 50 AND $body.Weather.IsEnabled|TRUE",
                "$body.Weather.Rows[0].Month = 'Feb'|TRUE",
                "$body.weather.Temperature = 50|UNDEFINED",
                "$body = 1|UNDEFINED",
                "$body[0] = 'Feb'|UNDEFINED",
                "is_object($body)|FALSE",
                "$twin.tags.floor = 1|TRUE",
                "$twin.tags.none = 1|UNDEFINED",
                "tags.floor = 1|UNDEFINED",
            })
    void aConditionOfAMessageIsTrueFalseOrUndefined(String condition, Truth truth) {
        assertThat(Condition.parse(condition, Dialect.MESSAGES).evaluate(message))
                .isEqualTo(truth);
    }

    @Test
    void theBodyIsReadOnceAndOnlyWhenSpokenOf() {
        Condition.parse("level = 'alert' OR $body.x = 1", Dialect.MESSAGES).holds(message);
        assertThat(bodies).hasValue(0);
        Condition.parse("$body.x = 1 OR $body.y = 1 OR $body.z = 1", Dialect.MESSAGES)
                .holds(message);
        assertThat(bodies).hasValue(1);
    }

    @Test
    void aMessageThatIsNoJsonHasNoBodyToSpeakOf() {
        var plain = new MessageDocument(Map.of(), Map.of(), Optional::<JsonValue>empty, Optional::empty);

        assertThat(Condition.parse("$body.x = 1", Dialect.MESSAGES).evaluate(plain))
                .isEqualTo(Truth.UNDEFINED);
        assertThat(Condition.parse("NOT is_defined($twin.tags.x)", Dialect.MESSAGES)
                        .holds(plain))
                .isTrue();
    }
}
