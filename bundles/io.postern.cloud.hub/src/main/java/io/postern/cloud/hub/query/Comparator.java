// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import jakarta.json.JsonNumber;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.JsonValue.ValueType;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** How two values are compared. Only texts, numbers, booleans and null can be: objects and arrays are undefined. */
enum Comparator {
    EQUAL("="),
    UNEQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">=");

    private final String sign;

    Comparator(String sign) {
        this.sign = sign;
    }

    static Optional<Comparator> of(Token token) {
        String wanted = token.text().equals("<>") ? "!=" : token.text();
        return Arrays.stream(values())
                .filter(each -> token.kind() == Token.Kind.SIGN && each.sign.equals(wanted))
                .findFirst();
    }

    String sign() {
        return sign;
    }

    Truth compare(JsonValue left, JsonValue right) {
        if (isTree(left) || isTree(right)) {
            return Truth.UNDEFINED;
        }
        return switch (this) {
            case EQUAL -> Truth.of(areEqual(left, right));
            case UNEQUAL -> Truth.of(!areEqual(left, right));
            case LESS, AT_MOST, GREATER, AT_LEAST -> {
                OptionalInt order = order(left, right);
                yield order.isPresent() ? Truth.of(fits(order.getAsInt())) : Truth.UNDEFINED;
            }
        };
    }

    /** Values of two kinds are not equal; numbers are by their value: 1.0 is 1. */
    static boolean areEqual(JsonValue left, JsonValue right) {
        return left instanceof JsonNumber && right instanceof JsonNumber
                ? order(left, right).equals(OptionalInt.of(0))
                : left.equals(right);
    }

    static boolean isTree(JsonValue value) {
        return value.getValueType() == ValueType.OBJECT || value.getValueType() == ValueType.ARRAY;
    }

    private boolean fits(int order) {
        return switch (this) {
            case EQUAL -> order == 0;
            case UNEQUAL -> order != 0;
            case LESS -> order < 0;
            case AT_MOST -> order <= 0;
            case GREATER -> order > 0;
            case AT_LEAST -> order >= 0;
        };
    }

    /** Two numbers or two texts have an order, the latter by their code units; nothing else has. */
    private static OptionalInt order(JsonValue left, JsonValue right) {
        if (left instanceof JsonNumber one && right instanceof JsonNumber other) {
            return OptionalInt.of(one.bigDecimalValue().compareTo(other.bigDecimalValue()));
        }
        if (left instanceof JsonString one && right instanceof JsonString other) {
            return OptionalInt.of(one.getString().compareTo(other.getString()));
        }
        return OptionalInt.empty();
    }
}
