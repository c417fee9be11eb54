// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Reads an expression of a {@link FieldPattern} from left to right into a program. */
final class PatternCompiler {
    /** More than any value needs; each costs one step for each octet matched. */
    static final int MOST_STEPS = 512;

    private static final int LONGEST = 256;
    private static final int MOST_REPEATS = 64;
    private static final int DEEPEST = 8;

    /** One step of the machine; {@code next} and {@code other} are positions in the program. */
    sealed interface Step {
        record One(BitSet octets) implements Step {}

        /** Goes on at {@code next} rather than at {@code other}. */
        record Either(int next, int other) implements Step {}

        record Jump(int next) implements Step {}

        record Mark(boolean begins) implements Step {}

        record Found() implements Step {}
    }

    private final String text;
    private final int end;
    private int at;
    private int depth;
    private boolean grouped;

    PatternCompiler(String text, int from, int end) {
        this.text = text;
        this.at = from;
        this.end = end;
    }

    List<Step> whole() {
        List<Step> program = alternatives();
        if (at < end) {
            throw refuse("a ) without its (");
        }
        program.add(new Step.Found());
        return program;
    }

    private IllegalArgumentException refuse(String why) {
        return new IllegalArgumentException("the pattern \"" + text + "\": " + why + " at character " + (at + 1));
    }

    private List<Step> bounded(List<Step> steps) {
        if (steps.size() >= MOST_STEPS) {
            throw refuse("more than " + MOST_STEPS + " steps when written out");
        }
        return steps;
    }

    private List<Step> alternatives() {
        List<Step> first = sequence();
        if (at < end && text.charAt(at) == '|') {
            at++;
            List<Step> second = alternatives();
            List<Step> both = new ArrayList<>();
            both.add(new Step.Either(1, first.size() + 2));
            append(both, first);
            both.add(new Step.Jump(both.size() + 1 + second.size()));
            append(both, second);
            return bounded(both);
        }
        return first;
    }

    private List<Step> sequence() {
        List<Step> all = new ArrayList<>();
        while (at < end && text.charAt(at) != '|' && text.charAt(at) != ')') {
            boolean before = grouped;
            List<Step> atom = atom();
            boolean holdsGroup = grouped && !before;
            append(all, repeated(atom, holdsGroup));
            bounded(all);
        }
        return all;
    }

    private List<Step> repeated(List<Step> atom, boolean holdsGroup) {
        if (at >= end) {
            return atom;
        }
        char c = text.charAt(at);
        if (c != '?' && c != '*' && c != '+' && c != '{') {
            return atom;
        }
        if (holdsGroup && c != '?') {
            throw refuse("the value's group cannot be repeated");
        }
        int least = c == '+' ? 1 : 0;
        int most = c == '?' ? 1 : -1; // -1: without a bound
        at++;
        if (c == '{') {
            int close = text.indexOf('}', at);
            if (close < 0 || close >= end) {
                throw refuse("a { without its }");
            }
            String[] bounds = text.substring(at, close).split(",", -1);
            least = count(bounds[0]);
            most = bounds.length == 1 ? least : bounds[1].isEmpty() ? -1 : count(bounds[1]);
            if (bounds.length > 2 || (most >= 0 && most < least)) {
                throw refuse("{m,n} with m up to n is wanted");
            }
            at = close + 1;
        }
        return repeat(atom, least, most);
    }

    private int count(String digits) {
        if (!digits.matches("[0-9]{1,2}") || Integer.parseInt(digits) > MOST_REPEATS) {
            throw refuse("0 to " + MOST_REPEATS + " repeats are possible, not \"" + digits + "\"");
        }
        return Integer.parseInt(digits);
    }

    private List<Step> repeat(List<Step> atom, int least, int most) {
        List<Step> all = new ArrayList<>();
        for (int i = 0; i < least; i++) {
            append(all, atom);
            bounded(all);
        }
        if (most < 0) {
            int loop = all.size();
            all.add(new Step.Either(loop + 1, loop + atom.size() + 2));
            append(all, atom);
            all.add(new Step.Jump(loop));
            return bounded(all);
        }
        int optional = most - least;
        int behind = all.size() + optional * (atom.size() + 1);
        for (int i = 0; i < optional; i++) {
            all.add(new Step.Either(all.size() + 1, behind));
            append(all, atom);
            bounded(all);
        }
        return all;
    }

    private List<Step> atom() {
        char c = text.charAt(at);
        return switch (c) {
            case '(' -> group();
            case '[' -> one(set());
            case '.' -> {
                at++;
                var any = new BitSet(256);
                any.set(0, 256);
                yield one(any);
            }
            case '?', '*', '+', '{', '}', ']' -> throw refuse("a " + c + " out of place");
            case '^', '$' -> throw refuse("a " + c + " is possible at the ends only");
            default -> one(character());
        };
    }

    private static List<Step> one(BitSet octets) {
        return new ArrayList<>(List.of(new Step.One(octets)));
    }

    private List<Step> group() {
        boolean plain = text.startsWith("(?:", at);
        at += plain ? 3 : 1;
        if (++depth > DEEPEST) {
            throw refuse("groups nest deeper than " + DEEPEST);
        }
        if (!plain) {
            if (grouped) {
                throw refuse("a second (...): only one says where the value is, use (?:...) for others");
            }
            grouped = true;
        }
        List<Step> inside = alternatives();
        if (at >= end || text.charAt(at) != ')') {
            throw refuse("a ( without its )");
        }
        at++;
        depth--;
        if (plain) {
            return inside;
        }
        List<Step> marked = new ArrayList<>(List.of(new Step.Mark(true)));
        append(marked, inside);
        marked.add(new Step.Mark(false));
        return marked;
    }

    /** One character outside brackets, or a class of them. */
    private BitSet character() {
        char c = text.charAt(at++);
        if (c != '\\') {
            return single(c);
        }
        if (at >= end) {
            throw refuse("a \\ with nothing behind it");
        }
        return escaped(text.charAt(at++));
    }

    private BitSet escaped(char c) {
        var set = new BitSet(256);
        switch (Character.toLowerCase(c)) {
            case 'd' -> set.set('0', '9' + 1);
            case 's' -> " \t\r\n\f".chars().forEach(set::set);
            case 'w' -> {
                set.set('0', '9' + 1);
                set.set('a', 'z' + 1);
                set.set('A', 'Z' + 1);
                set.set('_');
            }
            default -> {
                if (Character.isLetterOrDigit(c)) {
                    throw refuse("\\" + c + " is not known, \\d \\s \\w are");
                }
                return single(c);
            }
        }
        if (Character.isUpperCase(c)) {
            set.flip(0, 256);
        }
        return set;
    }

    private BitSet single(char c) {
        if (c > 0xFF) {
            throw refuse("a character that is no octet");
        }
        var set = new BitSet(256);
        set.set(c);
        return set;
    }

    private BitSet set() {
        at++;
        boolean not = at < end && text.charAt(at) == '^';
        at += not ? 1 : 0;
        var set = new BitSet(256);
        boolean first = true;
        while (at < end && (first || text.charAt(at) != ']')) {
            first = false;
            BitSet low = character();
            if (at + 1 < end && text.charAt(at) == '-' && text.charAt(at + 1) != ']') {
                at++;
                BitSet high = character();
                if (low.cardinality() != 1 || high.cardinality() != 1 || high.nextSetBit(0) < low.nextSetBit(0)) {
                    throw refuse("a range from one character up to another is wanted");
                }
                set.set(low.nextSetBit(0), high.nextSetBit(0) + 1);
            } else {
                set.or(low);
            }
        }
        if (at >= end) {
            throw refuse("a [ without its ]");
        }
        at++;
        if (not) {
            set.flip(0, 256);
        }
        return set;
    }

    /** Puts {@code more} behind, its positions moved to where it now stands. */
    private static void append(List<Step> all, List<Step> more) {
        int by = all.size();
        for (Step step : more) {
            all.add(
                    switch (step) {
                        case Step.Either(int next, int other) -> new Step.Either(next + by, other + by);
                        case Step.Jump(int next) -> new Step.Jump(next + by);
                        case Step.One _, Step.Mark _, Step.Found _ -> step;
                    });
        }
    }
}
