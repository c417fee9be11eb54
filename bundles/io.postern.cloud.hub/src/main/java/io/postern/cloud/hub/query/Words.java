// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import io.postern.cloud.hub.query.Token.Kind;
import java.util.List;

/** The tokens of a query and where its reader stands. */
final class Words {
    private final List<Token> tokens;
    private int at;

    Words(String query) {
        this.tokens = Scanner.scan(query);
    }

    Token peek() {
        return tokens.get(at);
    }

    private Token peekBehind() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = peek();
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    boolean takeSign(String sign) {
        return take(peek().isSign(sign));
    }

    boolean takeWord(String word) {
        return take(peek().isWord(word));
    }

    /** Takes {@code word} only where a bracket opens behind it: a member may bear the same name. */
    boolean takeCall(String word) {
        return take(peek().isWord(word) && peekBehind().isSign("("));
    }

    boolean isCall() {
        return peek().kind() == Kind.NAME && peekBehind().isSign("(");
    }

    void needSign(String sign, String wrong) {
        if (!takeSign(sign)) {
            throw new QueryException(peek(), wrong);
        }
    }

    private boolean take(boolean fits) {
        if (fits) {
            at++;
        }
        return fits;
    }
}
