// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.query.Selection.Counts;
import io.postern.cloud.hub.query.Selection.Field;
import io.postern.cloud.hub.query.Selection.Fields;
import io.postern.cloud.hub.query.Selection.Twins;
import io.postern.wire.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceQueryTest {
    @Test
    void aStarIsTheWholeTwin() {
        DeviceQuery query = DeviceQuery.parse("select * from devices");

        assertThat(query.selection()).isEqualTo(new Twins());
        assertThat(query.most()).isEmpty();
        assertThat(query.accepts(Document.of(Json.object().build()))).isTrue();
        assertThat(query.deviceIds()).isEmpty();
    }

    @Test
    void fieldsBearTheirLastNameUnlessTheyAreGivenAnother() {
        DeviceQuery query = DeviceQuery.parse(
                "SELECT TOP 5 DeviceId, tags.place.region, properties.reported.rows[1] AS r FROM devices WHERE status = 'enabled'");

        assertThat(query.selection())
                .isEqualTo(new Fields(List.of(
                        field("deviceId", "deviceId"),
                        field("tags.place.region", "region"),
                        field("properties.reported.rows[1]", "r"))));
        assertThat(query.most()).isEqualTo(OptionalLong.of(5));
        assertThat(query.accepts(Document.of(Json.parseObject("{\"status\":\"disabled\"}"))))
                .isFalse();
    }

    @Test
    void countsComeInAllOrByGroup() {
        assertThat(DeviceQuery.parse("SELECT COUNT() AS n FROM devices").selection())
                .isEqualTo(new Counts(Optional.empty(), List.of(), List.of("n")));
        assertThat(DeviceQuery.parse("SELECT tags.site AS site, count() FROM devices GROUP BY tags.site")
                        .selection())
                .isEqualTo(new Counts(
                        Optional.of(path("tags.site")), List.of(field("tags.site", "site")), List.of("count")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "deviceId = 'b'|b",
                "'b' = deviceId|b",
                "deviceId IN ['c', 'a', 1]|a,c",
                "deviceId IN ['c', 'a'] AND tags.x = 1 AND deviceId = 'a'|a",
                "deviceId = 1|``",
                "deviceId = 'b' OR tags.x = 1|any",
                "NOT deviceId = 'b'|any",
                "deviceId != 'b'|any",
                "tags.deviceId = 'b'|any",
            })
    void aConditionThatNamesItsDevicesIsSeenAsSuch(String condition, String devices) {
        Optional<List<String>> named = DeviceQuery.parse("SELECT * FROM devices WHERE " + condition)
                .deviceIds()
                .map(List::copyOf);

        assertThat(named)
                .isEqualTo(
                        switch (devices) {
                            case "any" -> Optional.empty();
                            case "" -> Optional.of(List.of());
                            default -> Optional.of(Arrays.asList(devices.split(",")));
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|1|starts with SELECT",
                "DELETE FROM devices|1|starts with SELECT",
                "SELECT|7|is needed here",
                "SELECT *|9|FROM devices follows *",
                "SELECT *, deviceId FROM devices|9|FROM devices follows *",
                "SELECT deviceId status FROM devices|17|a comma or FROM",
                "SELECT * FROM things|15|FROM devices only",
                "SELECT * FROM devices.modules|22|no modules and no jobs",
                "SELECT * FROM devices.jobs|22|no modules and no jobs",
                "SELECT * FROM devices d|23|WHERE, GROUP BY or the end",
                "SELECT * FROM devices JOIN x|23|does not join",
                "SELECT * FROM devices WHERE tags.a = 1 ORDER BY tags.a|40|does not order",
                "SELECT * FROM devices WHERE|28|is needed here",
                "SELECT * FROM devices WHERE tags.a = 1;|39|not in the language",
                "SELECT TOP FROM devices|12|a whole number",
                "SELECT TOP 0 * FROM devices|12|a whole number",
                "SELECT TOP 1.5 * FROM devices|12|a whole number",
                "SELECT TOP 1e3 * FROM devices|12|a whole number",
                "SELECT AVG(tags.a) AS x FROM devices|8|COUNT() only",
                "SELECT COUNT(*) AS x FROM devices|14|takes no argument",
                "SELECT COUNT() AS 1 FROM devices|19|a name follows AS",
                "SELECT tags.a, tags.b AS a FROM devices|16|two fields would be called a",
                "SELECT tags.a FROM devices GROUP BY tags.a|8|selects COUNT()",
                "SELECT * FROM devices GROUP BY tags.a|8|selects COUNT()",
                "SELECT tags.b, COUNT() AS n FROM devices GROUP BY tags.a|8|not tags.b",
                "SELECT tags.b, COUNT() AS n FROM devices|8|not tags.b",
                "SELECT COUNT() AS n FROM devices GROUP tags.a|40|BY follows GROUP",
            })
    void whatThisHubDoesNotAnswerIsRefusedWithItsPlace(String query, int position, String said) {
        assertThatThrownBy(() -> DeviceQuery.parse(query))
                .isInstanceOfSatisfying(
                        QueryException.class, e -> assertThat(e.position()).isEqualTo(position))
                .hasMessageContaining(said);
    }

    @Test
    void aPathIsWrittenAsItIsRead() {
        for (String text : List.of("tags.a", "tags.[[a b]].c-d[3][4]", "properties.reported.$version")) {
            assertThat(path(text).text()).isEqualTo(text);
        }
    }

    private static Field field(String path, String name) {
        return new Field(path(path), name);
    }

    private static AttributePath path(String text) {
        return new ConditionParser(new Words(text), Dialect.DEVICES).path();
    }
}
