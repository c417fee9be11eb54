// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.JsonValue.ValueType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The functions of the language. Each is undefined where an argument has not the type it works on. */
enum Function {
    IS_DEFINED(1),
    IS_NULL(1),
    IS_STRING(1),
    IS_NUMBER(1),
    IS_BOOL(1),
    IS_OBJECT(1),
    IS_ARRAY(1),
    IS_PRIMITIVE(1),
    AS_NUMBER(1),
    LENGTH(1),
    LOWER(1),
    UPPER(1),
    STARTS_WITH(2),
    ENDS_WITH(2),
    CONTAINS(2);

    private final int arity;

    Function(int arity) {
        this.arity = arity;
    }

    /** By its name in any case; {@code STARTSWITH} and {@code ENDSWITH} are taken as well. */
    static Optional<Function> named(String name) {
        String wanted = plain(name);
        return Arrays.stream(values())
                .filter(each -> plain(each.name()).equals(wanted))
                .findFirst();
    }

    static String names() {
        return Arrays.stream(values())
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    int arity() {
        return arity;
    }

    /** @param arguments {@link #arity} of them; an empty one is undefined */
    Optional<JsonValue> apply(List<Optional<JsonValue>> arguments) {
        Optional<JsonValue> first = arguments.getFirst();
        return switch (this) {
            case IS_DEFINED -> Optional.of(bool(first.isPresent()));
            case IS_NULL -> is(first, ValueType.NULL);
            case IS_STRING -> is(first, ValueType.STRING);
            case IS_NUMBER -> is(first, ValueType.NUMBER);
            case IS_BOOL -> is(first, ValueType.TRUE, ValueType.FALSE);
            case IS_OBJECT -> is(first, ValueType.OBJECT);
            case IS_ARRAY -> is(first, ValueType.ARRAY);
            case IS_PRIMITIVE ->
                Optional.of(bool(first.filter(v -> !Comparator.isTree(v)).isPresent()));
            case AS_NUMBER -> first.flatMap(Function::number);
            case LENGTH -> text(first).map(text -> Json.number(text.length()));
            case LOWER -> text(first).map(text -> Json.text(text.toLowerCase(Locale.ROOT)));
            case UPPER -> text(first).map(text -> Json.text(text.toUpperCase(Locale.ROOT)));
            case STARTS_WITH -> texts(arguments, String::startsWith);
            case ENDS_WITH -> texts(arguments, String::endsWith);
            case CONTAINS -> texts(arguments, String::contains);
        };
    }

    private interface TextTest {
        boolean test(String text, String part);
    }

    private static Optional<JsonValue> texts(List<Optional<JsonValue>> arguments, TextTest test) {
        Optional<String> part = text(arguments.getLast());
        return text(arguments.getFirst())
                .filter(_ -> part.isPresent())
                .map(text -> bool(test.test(text, part.orElseThrow())));
    }

    private static Optional<JsonValue> is(Optional<JsonValue> value, ValueType... types) {
        return Optional.of(bool(value.filter(v -> Arrays.asList(types).contains(v.getValueType()))
                .isPresent()));
    }

    private static Optional<String> text(Optional<JsonValue> value) {
        return value.filter(JsonString.class::isInstance).map(v -> ((JsonString) v).getString());
    }

    private static Optional<JsonValue> number(JsonValue value) {
        return switch (value) {
            case JsonNumber number -> Optional.of(number);
            case JsonString text -> Numbers.read(text.getString()).map(Json::number);
            default -> Optional.empty();
        };
    }

    private static JsonValue bool(boolean truth) {
        return truth ? JsonValue.TRUE : JsonValue.FALSE;
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
