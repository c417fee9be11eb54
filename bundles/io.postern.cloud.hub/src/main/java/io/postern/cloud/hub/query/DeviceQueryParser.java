// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.query;

import io.postern.cloud.hub.query.Selection.Field;
import io.postern.cloud.hub.query.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads {@code SELECT [TOP n] * | fields | COUNT() FROM devices [WHERE condition] [GROUP BY path]}. */
final class DeviceQueryParser {
    private static final int MOST_FIELDS = 64; // far above what a twin's questioner asks for
    private static final Set<String> AGGREGATES = Set.of("AVG", "SUM", "MIN", "MAX");

    private final Words words;
    private final ConditionParser conditions;
    private final List<Field> fields = new ArrayList<>();
    private final List<String> counts = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    DeviceQueryParser(String text) {
        this.words = new Words(text);
        this.conditions = new ConditionParser(words, Dialect.DEVICES);
    }

    DeviceQuery query() {
        needWord("SELECT", "a query starts with SELECT");
        OptionalLong most = words.takeWord("TOP") ? OptionalLong.of(top()) : OptionalLong.empty();
        Token selected = words.peek();
        if (!words.takeSign("*")) {
            fields();
        }
        from();
        Optional<Condition> condition =
                words.takeWord("WHERE") ? Optional.of(new Condition(conditions.condition())) : Optional.empty();
        Optional<AttributePath> group = groupBy();
        end(condition.isPresent());
        return new DeviceQuery(selection(selected, group), most, condition);
    }

    private long top() {
        Token token = words.next();
        if (token.kind() == Kind.NUMBER && token.text().matches("[1-9][0-9]{0,8}")) {
            return Integer.parseInt(token.text());
        }
        throw new QueryException(token, "a whole number from 1 to 999999999 follows TOP");
    }

    private void fields() {
        do {
            Token token = words.peek();
            if (AGGREGATES.stream().anyMatch(token::isWord) && words.isCall()) {
                throw new QueryException(token, "of the aggregates this hub knows COUNT() only");
            }
            if (words.takeCall("COUNT")) {
                words.needSign("(", "( follows COUNT");
                words.needSign(")", "COUNT() counts devices and takes no argument");
                counts.add(name(token, "count"));
            } else {
                AttributePath path = conditions.path();
                fields.add(new Field(path, name(token, path.last())));
            }
            if (fields.size() + counts.size() > MOST_FIELDS) {
                throw new QueryException(token, "a query selects at most " + MOST_FIELDS + " fields");
            }
        } while (words.takeSign(","));
    }

    private String name(Token field, String otherwise) {
        String name = otherwise;
        if (words.takeWord("AS")) {
            Token alias = words.next();
            if (alias.kind() != Kind.NAME && alias.kind() != Kind.QUOTED_NAME) {
                throw new QueryException(alias, "a name follows AS");
            }
            name = alias.text();
        }
        if (!names.add(name)) {
            throw new QueryException(field, "two fields would be called " + name + "; tell them apart with AS");
        }
        return name;
    }

    private void from() {
        needWord("FROM", fields.isEmpty() && counts.isEmpty() ? "FROM devices follows *" : "a comma or FROM devices");
        Token collection = words.peek();
        if (!words.takeWord("devices")) {
            throw new QueryException(collection, "this hub answers FROM devices only");
        }
        if (words.peek().isSign(".")) {
            throw new QueryException(words.peek(), "this hub has no modules and no jobs; it answers FROM devices only");
        }
    }

    private Optional<AttributePath> groupBy() {
        if (!words.takeWord("GROUP")) {
            return Optional.empty();
        }
        needWord("BY", "BY follows GROUP");
        return Optional.of(conditions.path());
    }

    private Selection selection(Token selected, Optional<AttributePath> group) {
        if (counts.isEmpty() && group.isEmpty()) {
            return fields.isEmpty() ? new Selection.Twins() : new Selection.Fields(fields);
        }
        if (counts.isEmpty()) {
            throw new QueryException(selected, "a query with GROUP BY selects COUNT()");
        }
        fields.stream()
                .filter(field -> !Optional.of(field.path()).equals(group))
                .findFirst()
                .ifPresent(field -> {
                    throw new QueryException(
                            selected,
                            "next to COUNT() only what follows GROUP BY can be selected, not "
                                    + field.path().text());
                });
        return new Selection.Counts(group, fields, counts);
    }

    private void end(boolean conditioned) {
        Token token = words.peek();
        if (token.kind() == Kind.END) {
            return;
        }
        if (token.isWord("ORDER")) {
            throw new QueryException(token, "this hub does not order; devices come in the order of their ids");
        }
        if (token.isWord("JOIN")) {
            throw new QueryException(token, "this hub does not join; a query speaks of one device at a time");
        }
        throw new QueryException(
                token,
                (conditioned ? "AND, OR, a comparison, IN, NIN" : "WHERE") + ", GROUP BY or the end is needed here");
    }

    private void needWord(String word, String wrong) {
        if (!words.takeWord(word)) {
            throw new QueryException(words.peek(), wrong);
        }
    }
}
