// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import io.postern.cloud.hub.query.Token.Kind;

/** A condition that documents are asked for. Immutable; asking it needs no more memory than the document itself. */
public final class Condition {
    private final Expression expression;

    Condition(Expression expression) {
        this.expression = expression;
    }

    /**
     * Reads a condition on twins.
     *
     * @throws QueryException saying where the text leaves the language, and what could stand there
     */
    public static Condition parse(String text) {
        return parse(text, Dialect.DEVICES);
    }

    /** @throws QueryException saying where the text leaves the language, and what could stand there */
    public static Condition parse(String text, Dialect dialect) {
        var words = new Words(text);
        Expression expression = new ConditionParser(words, dialect).condition();
        if (words.peek().kind() != Kind.END) {
            throw new QueryException(words.peek(), "AND, OR, a comparison, IN, NIN or the end is needed here");
        }
        return new Condition(expression);
    }

    public Truth evaluate(Document document) {
        return new Evaluation(document).truth(expression);
    }

    /** Whether the condition is true; undefined is not. */
    public boolean holds(Document document) {
        return evaluate(document) == Truth.TRUE;
    }

    Expression expression() {
        return expression;
    }
}
