// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import io.postern.cloud.hub.query.AttributePath.Step;
import io.postern.cloud.hub.query.Expression.And;
import io.postern.cloud.hub.query.Expression.Attribute;
import io.postern.cloud.hub.query.Expression.Call;
import io.postern.cloud.hub.query.Expression.Comparison;
import io.postern.cloud.hub.query.Expression.Constant;
import io.postern.cloud.hub.query.Expression.Membership;
import io.postern.cloud.hub.query.Expression.Not;
import io.postern.cloud.hub.query.Expression.Or;
import io.postern.cloud.hub.query.Token.Kind;
import io.postern.wire.Json;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads a condition: OR binds weaker than AND, AND weaker than NOT, NOT weaker than a comparison. */
final class ConditionParser {
    private static final int DEEPEST =
            32; // brackets a person still follows; keeps the recursion far from the stack's end
    private static final int MOST_NODES = 1024; // as many as 8192 characters of sensible conditions can hold
    private static final int LARGEST_INDEX = 99_999;
    private static final List<String> RESERVED = List.of("AND", "OR", "NOT", "IN", "NIN", "SELECT", "FROM", "WHERE");

    private final Words words;
    private final Dialect dialect;
    private int depth;
    private int nodes;

    ConditionParser(Words words, Dialect dialect) {
        this.words = words;
        this.dialect = dialect;
    }

    Expression condition() {
        return chain("OR", this::conjunction, Or::new);
    }

    private Expression conjunction() {
        return chain("AND", this::negation, And::new);
    }

    private Expression chain(
            String word, Supplier<Expression> part, java.util.function.Function<List<Expression>, Expression> joined) {
        List<Expression> parts = new ArrayList<>();
        do {
            parts.add(part.get());
        } while (words.takeWord(word));
        return parts.size() == 1 ? parts.getFirst() : counted(joined.apply(parts));
    }

    private Expression negation() {
        return words.takeWord("NOT") ? deeper(() -> counted(new Not(negation()))) : comparison();
    }

    private Expression comparison() {
        Expression left = operand();
        Optional<Comparator> comparator = Comparator.of(words.peek());
        if (comparator.isPresent()) {
            words.next();
            return counted(new Comparison(left, comparator.get(), operand()));
        }
        if (words.takeWord("IN")) {
            return counted(new Membership(left, list()));
        }
        if (words.takeWord("NIN")) {
            return counted(new Not(new Membership(left, list())));
        }
        return left;
    }

    private Expression operand() {
        Token token = words.peek();
        if (words.takeSign("(")) {
            Expression inner = deeper(this::condition);
            words.needSign(
                    ")", "the bracket of position " + token.position() + " is not closed; ) or AND, OR, a comparison");
            return inner;
        }
        if (words.isCall()) {
            return deeper(this::call);
        }
        Optional<Constant> constant = constant();
        return counted(constant.isPresent() ? constant.get() : attribute());
    }

    private Attribute attribute() {
        AttributePath path = path();
        if (words.peek().isSign("(")) {
            throw new QueryException(
                    words.peek(), "this hub has no functions of its users; it knows " + Function.names());
        }
        return new Attribute(path);
    }

    private Expression call() {
        Token name = words.next();
        Function function = Function.named(name.text())
                .orElseThrow(() ->
                        new QueryException(name, "this hub knows no such function; it knows " + Function.names()));
        words.needSign("(", "a bracket opens here");
        List<Expression> arguments = new ArrayList<>();
        if (!words.peek().isSign(")")) {
            do {
                arguments.add(operand());
            } while (words.takeSign(","));
        }
        words.needSign(")", "a comma or the bracket's end");
        if (arguments.size() != function.arity()) {
            throw new QueryException(
                    name,
                    "takes " + function.arity() + (function.arity() == 1 ? " argument" : " arguments") + ", not "
                            + arguments.size());
        }
        return counted(new Call(function, arguments));
    }

    private List<JsonValue> list() {
        words.needSign("[", "a list of constants in [ ] follows IN and NIN");
        List<JsonValue> values = new ArrayList<>();
        do {
            Token token = words.peek();
            Constant constant = constant()
                    .orElseThrow(() -> new QueryException(token, "a list holds texts, numbers, true, false and null"));
            constant.value().ifPresent(values::add); // nothing is equal to undefined
            counted(constant);
        } while (words.takeSign(","));
        words.needSign("]", "a comma or the list's end ]");
        return List.copyOf(values);
    }

    private Optional<Constant> constant() {
        Token token = words.peek();
        return switch (token.kind()) {
            case TEXT -> taken(Json.text(token.text()));
            case NUMBER ->
                taken(Json.number(Numbers.read(token.text())
                        .orElseThrow(() -> new QueryException(
                                token, "is no number: decimal with at most 40 digits, or hexadecimal behind 0x"))));
            case NAME -> word(token);
            case QUOTED_NAME, SIGN, END -> Optional.empty();
        };
    }

    private Optional<Constant> word(Token token) {
        if (token.isWord("true")) {
            return taken(JsonValue.TRUE);
        }
        if (token.isWord("false")) {
            return taken(JsonValue.FALSE);
        }
        if (token.isWord("null")) {
            return taken(JsonValue.NULL);
        }
        return words.takeWord("undefined") ? Optional.of(new Constant(Optional.empty())) : Optional.empty();
    }

    private Optional<Constant> taken(JsonValue value) {
        words.next();
        return Optional.of(new Constant(Optional.of(value)));
    }

    /** A path of members and items. */
    AttributePath path() {
        List<Step> steps = new ArrayList<>();
        Token first = words.peek();
        if (RESERVED.stream().anyMatch(first::isWord)) {
            throw new QueryException(
                    first, "a name, a constant, a function or ( is needed here; a member called so stands in [[ ]]");
        }
        String name = member("a name, a constant, a function or (");
        steps.add(new Step.Member(first.kind() == Kind.NAME ? dialect.spelled(name) : name));
        while (true) {
            if (words.takeSign(".")) {
                steps.add(new Step.Member(member("a member's name follows the dot")));
            } else if (words.takeSign("[")) {
                steps.add(new Step.Item(index()));
                words.needSign("]", "the index ends with ]");
            } else {
                return new AttributePath(steps);
            }
        }
    }

    private String member(String wanted) {
        Token token = words.next();
        if (token.kind() != Kind.NAME && token.kind() != Kind.QUOTED_NAME) {
            throw new QueryException(token, wanted + " is needed here");
        }
        return token.text();
    }

    private int index() {
        Token token = words.next();
        if (token.kind() == Kind.NUMBER && token.text().matches("[0-9]{1,5}")) {
            return Integer.parseInt(token.text());
        }
        throw new QueryException(token, "an item is named by its index, 0 to " + LARGEST_INDEX);
    }

    private <T extends Expression> T counted(T expression) {
        if (++nodes > MOST_NODES) {
            throw new QueryException(words.peek(), "a condition has at most " + MOST_NODES + " parts");
        }
        return expression;
    }

    private Expression deeper(Supplier<Expression> part) {
        if (++depth > DEEPEST) {
            throw new QueryException(words.peek(), "brackets and NOT go at most " + DEEPEST + " deep");
        }
        Expression read = part.get();
        depth--;
        return read;
    }
}
