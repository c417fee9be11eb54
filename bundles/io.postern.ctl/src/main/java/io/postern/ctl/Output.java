// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.UtcText;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a program's answers and complaints go.
 *
 * @param width of a line a person reads
 */
public record Output(PrintWriter out, PrintWriter err, int width) {
    private static final int UNLIMITED = Integer.MAX_VALUE;
    private static final int USUAL_TERMINAL = 100;

    /** This process's own streams; lines are cut only when a terminal shows them. */
    @SuppressWarnings("SystemConsoleNull") // it is asked whether it is a terminal
    public static Output ofProcess(Map<String, String> environment) {
        Console console = System.console();
        boolean terminal = console != null && console.isTerminal();
        return new Output(
                new PrintWriter(System.out, true, System.out.charset()),
                new PrintWriter(System.err, true, System.err.charset()),
                terminal ? columns(environment) : UNLIMITED);
    }

    /** @param whenEmpty said in the place of a table without rows */
    public void table(Table table, String whenEmpty) {
        if (table.isEmpty()) {
            out.println(whenEmpty);
        } else {
            table.lines(width).forEach(out::println);
        }
    }

    /** Every leaf of the object on a line of its own, under its path. */
    public void facts(JsonObject object) {
        var table = new Table("NAME", "VALUE");
        addFacts(table, "", object);
        table.lines(width).stream().skip(1).forEach(out::println);
    }

    /** One line, cut to the terminal. */
    public void line(String text) {
        out.println(Table.cut(Table.printable(text), width));
    }

    public void json(JsonValue value) {
        out.println(Json.pretty(value));
    }

    void json(List<JsonObject> values) {
        JsonArrayBuilder array = Json.array();
        values.forEach(array::add);
        json(array.build());
    }

    /** A sentence for the person at the terminal; programs that asked for JSON do not get it. */
    void say(boolean json, String sentence) {
        if (!json) {
            out.println(sentence);
        }
    }

    private static void addFacts(Table table, String prefix, JsonObject object) {
        object.forEach((name, value) -> {
            if (value instanceof JsonObject inner && !inner.isEmpty()) {
                addFacts(table, prefix + name + ".", inner);
            } else if (value != JsonValue.NULL) {
                table.row(prefix + name, fact(name, value));
            }
        });
    }

    private static String fact(String name, JsonValue value) {
        if (name.equals("symmetricKey")) { // a service leaves keys out of it, or we have
            return "hidden; --show-keys shows it";
        }
        String text = value instanceof JsonString string ? string.getString() : value.toString();
        return text.startsWith(UtcText.NEVER) ? "never" : text;
    }

    private static int columns(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("COLUMNS"))
                .filter(text -> text.matches("[1-9][0-9]{1,3}"))
                .map(Integer::parseInt)
                .orElse(USUAL_TERMINAL);
    }
}
