// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import jakarta.json.stream.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Builds nodes from the events of a parser, which stands on the first event of the value to read. */
final class NodeReader {
    private final String file;
    private final JsonParser parser;
    private JsonParser.Event event;
    private int depth;

    private NodeReader(String file, JsonParser parser, JsonParser.Event first) {
        this.file = file;
        this.parser = parser;
        this.event = first;
    }

    static NodeReader of(String file, JsonParser parser) {
        return new NodeReader(file, parser, parser.currentEvent());
    }

    Node read() throws TemplateException {
        Node.Place place = new Node.Place(file, (int) parser.getLocation().getLineNumber());
        if (++depth > Node.DEEPEST) {
            throw place.refuse("nested deeper than " + Node.DEEPEST);
        }
        Node node =
                switch (event) {
                    case START_OBJECT -> members(place);
                    case START_ARRAY -> items(place);
                    case VALUE_STRING -> new Node.Text(place, parser.getString());
                    case VALUE_NUMBER -> new Node.Number(place, parser.getBigDecimal());
                    case VALUE_TRUE -> new Node.Flag(place, true);
                    case VALUE_FALSE -> new Node.Flag(place, false);
                    case VALUE_NULL -> new Node.Nothing(place);
                    case KEY_NAME, END_OBJECT, END_ARRAY -> throw place.refuse("a value is missing");
                };
        depth--;
        return node;
    }

    private Node members(Node.Place place) throws TemplateException {
        var all = new LinkedHashMap<String, Node>();
        while ((event = parser.next()) == JsonParser.Event.KEY_NAME) {
            String name = parser.getString();
            event = parser.next();
            Node node = read();
            if (all.put(name, node) != null) {
                throw node.place().refuse("\"" + name + "\" stands there twice");
            }
        }
        return new Node.Members(place, all);
    }

    private Node items(Node.Place place) throws TemplateException {
        List<Node> items = new ArrayList<>();
        while ((event = parser.next()) != JsonParser.Event.END_ARRAY) {
            items.add(read());
        }
        return new Node.Items(place, items);
    }
}
