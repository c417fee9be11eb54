// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.downlink;

import io.postern.sensor.Measurement;
import io.postern.sensor.Model;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.util.Optional;

/** Measurements as twins, methods and messages spell them, both ways. */
public final class JsonMeasurement {
    private JsonMeasurement() {}

    public static JsonValue of(Measurement measurement) {
        return switch (measurement) {
            case Measurement.Quantity(double value) -> Json.number(value);
            case Measurement.Count(long value) -> Json.number(value);
            case Measurement.Flag(boolean value) -> value ? JsonValue.TRUE : JsonValue.FALSE;
            case Measurement.Text(String value) -> Json.text(value);
        };
    }

    /**
     * Reads a value of {@code schema}; an integer may be written {@code 21.0}, nothing else is bent to fit.
     *
     * @throws IllegalArgumentException saying what is needed instead
     */
    public static Measurement parse(Model.Schema schema, JsonValue value) {
        return switch (schema) {
            case BOOLEAN -> flag(value);
            case DOUBLE -> new Measurement.Quantity(number(value).doubleValue());
            case FLOAT -> quantity(number(value));
            case INTEGER -> count(number(value), Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> count(number(value), Long.MIN_VALUE, Long.MAX_VALUE);
            case STRING -> text(value);
        };
    }

    /**
     * Reads what came with a command: a value of its schema, bare or as {@code {"value":...}}. For one that takes no
     * argument nothing, {@code null} or <code>{}</code>, which means "do it".
     *
     * @throws IllegalArgumentException when it is something else
     */
    static Measurement parse(Optional<Model.Schema> schema, JsonValue payload) {
        if (schema.isPresent()) {
            return parse(schema.get(), inner(payload));
        }
        if (payload.getValueType() != JsonValue.ValueType.NULL && !payload.equals(JsonValue.EMPTY_JSON_OBJECT)) {
            throw new IllegalArgumentException("this command takes no argument; it was given " + shown(payload));
        }
        return new Measurement.Flag(true);
    }

    private static JsonValue inner(JsonValue payload) {
        return payload instanceof JsonObject object && object.size() == 1
                ? object.getOrDefault("value", payload)
                : payload;
    }

    /** Whether both say the same value; {@code 21.5} and {@code 21.50} do. */
    static boolean isSame(JsonValue one, JsonValue other) {
        return one instanceof JsonNumber a && other instanceof JsonNumber b
                ? a.bigDecimalValue().compareTo(b.bigDecimalValue()) == 0
                : one.equals(other);
    }

    private static Measurement flag(JsonValue value) {
        return switch (value.getValueType()) {
            case TRUE -> new Measurement.Flag(true);
            case FALSE -> new Measurement.Flag(false);
            default -> throw new IllegalArgumentException("true or false is needed, not " + shown(value));
        };
    }

    private static Measurement text(JsonValue value) {
        if (value instanceof JsonString text) {
            return new Measurement.Text(text.getString());
        }
        throw new IllegalArgumentException("a text is needed, not " + shown(value));
    }

    private static JsonNumber number(JsonValue value) {
        if (value instanceof JsonNumber number) {
            return number;
        }
        throw new IllegalArgumentException("a number is needed, not " + shown(value));
    }

    private static Measurement quantity(JsonNumber number) {
        double value = number.doubleValue();
        if (Double.isFinite(value) && Math.abs(value) > Float.MAX_VALUE) {
            throw new IllegalArgumentException("a number of single precision is needed, not " + shown(number));
        }
        return new Measurement.Quantity(value);
    }

    private static Measurement count(JsonNumber number, long least, long most) {
        try {
            BigDecimal whole = number.bigDecimalValue();
            long value = whole.longValueExact();
            if (value >= least && value <= most) {
                return new Measurement.Count(value);
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(needed(number, least, most), e);
        }
        throw new IllegalArgumentException(needed(number, least, most));
    }

    private static String needed(JsonNumber number, long least, long most) {
        return "a whole number from " + least + " to " + most + " is needed, not " + shown(number);
    }

    private static String shown(JsonValue value) {
        return Shown.of(value.toString());
    }
}
