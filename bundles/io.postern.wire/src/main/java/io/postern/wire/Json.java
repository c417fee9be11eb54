// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.JsonWriter;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import jakarta.json.stream.JsonParsingException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/** The one door to the JSON library: looking its provider up on every call would cost more than the parsing. */
public final class Json {
    private static final JsonProvider PROVIDER = JsonProvider.provider();
    private static final int DEEPEST = 32; // twins allow 10 levels; everything else on the wire is flatter
    private static final JsonParserFactory PARSERS =
            PROVIDER.createParserFactory(Map.of("org.eclipse.parsson.maxDepth", DEEPEST));

    private Json() {}

    public static JsonObjectBuilder object() {
        return PROVIDER.createObjectBuilder();
    }

    /** A builder that starts as a copy of {@code start}. */
    public static JsonObjectBuilder object(JsonObject start) {
        return PROVIDER.createObjectBuilder(start);
    }

    public static jakarta.json.JsonArrayBuilder array() {
        return PROVIDER.createArrayBuilder();
    }

    public static JsonString text(String text) {
        return PROVIDER.createValue(text);
    }

    public static JsonValue number(double number) {
        return PROVIDER.createValue(number);
    }

    public static JsonValue number(long number) {
        return PROVIDER.createValue(number);
    }

    public static JsonValue number(BigDecimal number) {
        return PROVIDER.createValue(number);
    }

    /**
     * Reads one value of any kind, and nothing behind it.
     *
     * @throws IllegalArgumentException saying where the text stops being JSON
     */
    public static JsonValue parse(String text) {
        try (JsonParser parser = PARSERS.createParser(new StringReader(text))) {
            parser.next();
            JsonValue value = parser.getValue();
            if (parser.hasNext()) {
                throw new IllegalArgumentException("not JSON: more than one value");
            }
            return value;
        } catch (JsonParsingException e) {
            throw new IllegalArgumentException(
                    "not JSON at line " + e.getLocation().getLineNumber() + ", column "
                            + e.getLocation().getColumnNumber(),
                    e);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) {
            // the library has no type of its own for input that is too deep, too large a number or empty
            throw new IllegalArgumentException("not JSON: " + Shown.of(String.valueOf(e.getMessage())), e);
        }
    }

    /** @throws IllegalArgumentException when the text is not one JSON object */
    public static JsonObject parseObject(String text) {
        if (parse(text) instanceof JsonObject object) {
            return object;
        }
        throw new IllegalArgumentException("a JSON object is needed here");
    }

    /** @throws IllegalArgumentException when the text is not one JSON array */
    public static JsonArray parseArray(String text) {
        if (parse(text) instanceof JsonArray array) {
            return array;
        }
        throw new IllegalArgumentException("a JSON array is needed here");
    }

    /** The text member {@code name}; empty when absent, null or not a text. */
    public static Optional<String> text(JsonObject object, String name) {
        return object.get(name) instanceof JsonString text ? Optional.of(text.getString()) : Optional.empty();
    }

    /** @throws IllegalArgumentException naming the member when it is absent or not a text */
    public static String requireText(JsonObject object, String name) {
        return text(object, name)
                .orElseThrow(
                        () -> new IllegalArgumentException("the member \"" + name + "\" is missing or not a text"));
    }

    /** The object member {@code name}; empty when absent, null or not an object. */
    public static Optional<JsonObject> object(JsonObject object, String name) {
        return object.get(name) instanceof JsonObject inner ? Optional.of(inner) : Optional.empty();
    }

    /** @throws IllegalArgumentException naming the member when it is missing or no whole number of an {@code int} */
    public static int requireInt(JsonObject object, String name) {
        if (object.get(name) instanceof JsonNumber number && number.isIntegral()) {
            try {
                return number.intValueExact();
            } catch (ArithmeticException tooLarge) {
                throw new IllegalArgumentException(name + " is out of range", tooLarge);
            }
        }
        throw new IllegalArgumentException(name + " is missing or no whole number");
    }

    /** The array in a member, if it is there. */
    public static Optional<JsonArray> array(JsonObject object, String name) {
        return object.get(name) instanceof JsonArray array ? Optional.of(array) : Optional.empty();
    }

    /** Indented, for a person's eye. */
    public static String pretty(JsonValue value) {
        var text = new StringWriter();
        try (JsonWriter writer = PROVIDER.createWriterFactory(
                        Map.of("jakarta.json.stream.JsonGenerator.prettyPrinting", true))
                .createWriter(text)) {
            writer.write(value);
        }
        return text.toString().strip();
    }
}
