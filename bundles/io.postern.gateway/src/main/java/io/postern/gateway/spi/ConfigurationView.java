// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Values in JSON seen as the annotation that a component gets them as, so that both are checked by the same code. */
public final class ConfigurationView {
    private ConfigurationView() {}

    /** Missing values are the annotation's defaults. A value of another kind is found when it is asked for. */
    public static <A extends Annotation> A of(Class<A> type, JsonObject values) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "annotationType" -> type;
                    case "toString" -> "@" + type.getName();
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    default ->
                        values.containsKey(method.getName())
                                ? value(method, values.getValue("/" + method.getName()))
                                : method.getDefaultValue();
                }));
    }

    private static Object value(Method key, JsonValue value) {
        Class<?> wanted = key.getReturnType();
        if (wanted == String.class && value instanceof JsonString text) {
            return text.getString();
        }
        if (wanted == int.class && value instanceof JsonNumber number && isInt(number)) {
            return number.intValue();
        }
        if (wanted == boolean.class && isFlag(value)) {
            return value.getValueType() == JsonValue.ValueType.TRUE;
        }
        if (wanted == String[].class && value instanceof JsonArray list) {
            return list.stream()
                    .map(each -> each instanceof JsonString text ? text.getString() : each.toString())
                    .toArray(String[]::new);
        }
        throw new IllegalArgumentException(
                key.getName() + ": " + words(wanted) + " is needed, not " + Shown.of(value.toString()));
    }

    private static boolean isInt(JsonNumber number) {
        return number.isIntegral()
                && number.bigDecimalValue().abs().compareTo(java.math.BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0;
    }

    private static boolean isFlag(JsonValue value) {
        return value.getValueType() == JsonValue.ValueType.TRUE || value.getValueType() == JsonValue.ValueType.FALSE;
    }

    private static String words(Class<?> type) {
        return type == String.class
                ? "a text"
                : type == int.class
                        ? "a whole number"
                        : type == boolean.class
                                ? "true or false"
                                : type == String[].class ? "a list of texts" : "" + type;
    }
}
