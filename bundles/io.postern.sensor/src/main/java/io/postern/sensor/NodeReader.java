// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import io.postern.wire.Shown;
import jakarta.json.JsonException;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import jakarta.json.stream.JsonParsingException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** Builds nodes from the events of a parser. */
final class NodeReader {
    // beyond it the parser itself refuses, without a line
    private static final JsonParserFactory PARSERS =
            JsonProvider.provider().createParserFactory(Map.of("org.eclipse.parsson.maxDepth", 2 * Node.DEEPEST));

    // a double has 17 digits, and exponents of three; more is no number of an instrument, and costs memory when made
    // whole
    private static final int LONGEST_NUMBER = 40;
    private static final int LARGEST_EXPONENT = 400;

    private final String file;
    private final JsonParser parser;
    private JsonParser.Event event;
    private int depth;

    private NodeReader(String file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
        this.event = parser.next();
    }

    /** Reads one value, and nothing behind it. */
    static Node read(String file, String json) throws TemplateException {
        try (JsonParser parser = PARSERS.createParser(new StringReader(json))) {
            var reader = new NodeReader(file, parser);
            Node node = reader.value();
            if (parser.hasNext()) {
                throw reader.place().refuse("not JSON: more than one value");
            }
            return node;
        } catch (JsonParsingException e) {
            throw new TemplateException(
                    file,
                    (int) Math.max(1, e.getLocation().getLineNumber()),
                    "not JSON from column " + e.getLocation().getColumnNumber() + " on");
        } catch (JsonException | NoSuchElementException e) {
            throw new TemplateException(file, lastLine(json), "not JSON: it ends too early");
        }
    }

    private static int lastLine(String json) {
        return 1 + (int) json.chars().filter(c -> c == '\n').count();
    }

    private Node.Place place() {
        return new Node.Place(file, (int) parser.getLocation().getLineNumber());
    }

    private Node value() throws TemplateException {
        Node.Place place = place();
        if (++depth > Node.DEEPEST) {
            throw place.refuse("nested deeper than " + Node.DEEPEST);
        }
        Node node =
                switch (event) {
                    case START_OBJECT -> members(place);
                    case START_ARRAY -> items(place);
                    case VALUE_STRING -> new Node.Text(place, parser.getString());
                    case VALUE_NUMBER -> number(place, parser.getString());
                    case VALUE_TRUE -> new Node.Flag(place, true);
                    case VALUE_FALSE -> new Node.Flag(place, false);
                    case VALUE_NULL -> new Node.Nothing(place);
                    case KEY_NAME, END_OBJECT, END_ARRAY -> throw place.refuse("a value is missing");
                };
        depth--;
        return node;
    }

    private static Node number(Node.Place place, String text) throws TemplateException {
        try {
            if (text.length() <= LONGEST_NUMBER) {
                var number = new BigDecimal(text);
                if (Math.abs((long) number.scale()) <= LARGEST_EXPONENT) {
                    return new Node.Number(place, number);
                }
            }
        } catch (NumberFormatException e) {
            // an exponent of more than ten digits
        }
        throw place.refuse(Shown.of(text) + " is not a number that an instrument says");
    }

    private Node members(Node.Place place) throws TemplateException {
        var all = new LinkedHashMap<String, Node>();
        while ((event = parser.next()) == JsonParser.Event.KEY_NAME) {
            String name = parser.getString();
            Node.Place said = place();
            event = parser.next();
            if (all.containsKey(name)) {
                throw said.refuse("\"" + Shown.of(name) + "\" stands there twice");
            }
            all.put(name, value());
        }
        return new Node.Members(place, all);
    }

    private Node items(Node.Place place) throws TemplateException {
        List<Node> items = new ArrayList<>();
        while ((event = parser.next()) != JsonParser.Event.END_ARRAY) {
            items.add(value());
        }
        return new Node.Items(place, items);
    }
}
