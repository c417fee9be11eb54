// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code postern ctl query}: asks for devices by anything that is known of them (HUB-33). */
@Command(
        name = "query",
        description = "Asks for devices by anything that is known of them.",
        footer = {"", "As in: \"SELECT deviceId FROM devices WHERE tags.site = 'north'\""})
final class QueryCommand implements Callable<Integer> {
    private static final List<String> OF_A_TWIN = List.of("deviceId", "status", "connectionState", "lastActivityTime");

    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    @Parameters(paramLabel = "QUERY", description = "In the hub's query language; one argument, in quotation marks.")
    private String query = "";

    QueryCommand(Ctl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() throws IOException {
        List<JsonObject> found = ctl.cloud(hub).twins().query(query);
        if (ctl.json()) {
            ctl.output().json(found);
        } else {
            ctl.output().table(table(found), "No devices.");
        }
        return ExitCode.OK;
    }

    /** Of whole twins the most telling columns, of anything else every member that some row has. */
    private static Table table(List<JsonObject> found) {
        SequencedSet<String> columns = new LinkedHashSet<>();
        if (found.stream().allMatch(one -> one.containsKey("properties") && one.containsKey("deviceId"))) {
            columns.addAll(OF_A_TWIN);
            columns.add("tags");
        } else {
            found.forEach(one -> columns.addAll(one.keySet()));
        }
        var table = new Table(columns.toArray(String[]::new));
        found.forEach(
                one -> table.row(columns.stream().map(name -> shown(one, name)).toArray(String[]::new)));
        return table;
    }

    private static String shown(JsonObject one, String name) {
        return Optional.ofNullable(one.get(name))
                .map(value -> value instanceof JsonString text ? text.getString() : value.toString())
                .filter(text -> !text.isEmpty())
                .orElse("-");
    }
}
