// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/** The tree of a condition. */
sealed interface Expression {
    /** A constant; empty is the word {@code undefined}. */
    record Constant(Optional<JsonValue> value) implements Expression {}

    record Attribute(AttributePath path) implements Expression {}

    record Comparison(Expression left, Comparator comparator, Expression right) implements Expression {}

    /** {@code value IN [...]} */
    record Membership(Expression value, List<JsonValue> list) implements Expression {}

    /** All of them; two at least. */
    record And(List<Expression> parts) implements Expression {}

    /** One of them; two at least. */
    record Or(List<Expression> parts) implements Expression {}

    record Not(Expression part) implements Expression {}

    record Call(Function function, List<Expression> arguments) implements Expression {}
}
