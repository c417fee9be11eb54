// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import io.postern.cloud.hub.query.Expression.And;
import io.postern.cloud.hub.query.Expression.Attribute;
import io.postern.cloud.hub.query.Expression.Call;
import io.postern.cloud.hub.query.Expression.Comparison;
import io.postern.cloud.hub.query.Expression.Constant;
import io.postern.cloud.hub.query.Expression.Membership;
import io.postern.cloud.hub.query.Expression.Not;
import io.postern.cloud.hub.query.Expression.Or;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/** One expression asked of one document. What the document does not hold makes undefined whatever depends on it. */
record Evaluation(Document document) {
    Truth truth(Expression expression) {
        return switch (expression) {
            case And(var parts) -> first(parts, Truth.FALSE);
            case Or(var parts) -> first(parts, Truth.TRUE);
            case Not(var part) -> truth(part).not();
            case Comparison(var left, var comparator, var right) -> compare(left, comparator, right);
            case Membership(var value, var list) ->
                value(value).map(v -> isOneOf(v, list)).orElse(Truth.UNDEFINED);
            case Constant _, Attribute _, Call _ ->
                value(expression).map(Evaluation::truth).orElse(Truth.UNDEFINED);
        };
    }

    private Optional<JsonValue> value(Expression expression) {
        return switch (expression) {
            case Constant(var value) -> value;
            case Attribute(var path) -> document.find(path);
            case Call(var function, var arguments) ->
                function.apply(arguments.stream().map(this::value).toList());
            case Comparison _, Membership _, And _, Or _, Not _ -> value(truth(expression));
        };
    }

    private Truth compare(Expression left, Comparator comparator, Expression right) {
        Optional<JsonValue> one = value(left);
        Optional<JsonValue> other = value(right);
        return one.isPresent() && other.isPresent() ? comparator.compare(one.get(), other.get()) : Truth.UNDEFINED;
    }

    private static Truth isOneOf(JsonValue value, List<JsonValue> list) {
        return Comparator.isTree(value)
                ? Truth.UNDEFINED
                : Truth.of(list.stream().anyMatch(each -> Comparator.areEqual(value, each)));
    }

    /** {@code decisive} as soon as a part is; else undefined if one is; else the other. */
    private Truth first(List<Expression> parts, Truth decisive) {
        Truth all = decisive.not();
        for (Expression part : parts) {
            Truth one = truth(part);
            if (one == decisive) {
                return decisive;
            }
            all = one == Truth.UNDEFINED ? one : all;
        }
        return all;
    }

    private static Truth truth(JsonValue value) {
        return switch (value.getValueType()) {
            case TRUE -> Truth.TRUE;
            case FALSE -> Truth.FALSE;
            case NULL, STRING, NUMBER, OBJECT, ARRAY -> Truth.UNDEFINED;
        };
    }

    private static Optional<JsonValue> value(Truth truth) {
        return switch (truth) {
            case TRUE -> Optional.of(JsonValue.TRUE);
            case FALSE -> Optional.of(JsonValue.FALSE);
            case UNDEFINED -> Optional.empty();
        };
    }
}
