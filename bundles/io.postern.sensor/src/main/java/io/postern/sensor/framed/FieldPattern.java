// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.framed;

import io.postern.sensor.framed.PatternCompiler.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression over octets that takes time in proportion to what it is matched against, whatever it says. It knows
 * characters, {@code .}, {@code \d \s \w} and their capitals, {@code [a-z]} and {@code [^a-z]}, {@code ? * +} and
 * {@code {m,n}}, each as greedy as can be, {@code |}, {@code (?:...)}, and one {@code (...)} that says where the value is.
 * It is found anywhere in the frame unless it begins with {@code ^}; {@code $} at its end is the end of the frame.
 */
public final class FieldPattern {
    /** Where a value lies: from an octet to before another. */
    public record Span(int from, int to) {
        public Span {
            if (from < 0 || to < from) {
                throw new IllegalArgumentException("from " + from + " to " + to + " is no span");
            }
        }
    }

    private final String text;
    private final boolean fromStart;
    private final boolean toEnd;
    private final List<Step> program;

    private FieldPattern(String text, boolean fromStart, boolean toEnd, List<Step> program) {
        this.text = text;
        this.fromStart = fromStart;
        this.toEnd = toEnd;
        this.program = List.copyOf(program);
    }

    /** @throws IllegalArgumentException saying at which character the expression cannot be understood */
    public static FieldPattern parse(String text) {
        boolean fromStart = text.startsWith("^");
        boolean toEnd = text.endsWith("$") && !text.endsWith("\\$");
        var compiler = new PatternCompiler(text, fromStart ? 1 : 0, toEnd ? text.length() - 1 : text.length());
        List<Step> program = compiler.whole();
        return new FieldPattern(text, fromStart, toEnd, program);
    }

    @Override
    public String toString() {
        return text;
    }

    /** Where the value lies, the whole match when the expression has no group; empty when it is not found. */
    public Optional<Span> find(byte[] octets) {
        var run = new Run(octets.length);
        for (int at = 0; at <= octets.length; at++) {
            if (at == 0 || (!fromStart && !run.matched())) {
                run.add(0, at, new Thread(at, -1, -1));
            }
            if (run.isEmpty()) {
                break;
            }
            run.step(at < octets.length ? octets[at] & 0xFF : -1, at);
        }
        return run.result();
    }

    /** A way through the program: where the match began, and the group if it has begun or ended. */
    private record Thread(int begin, int from, int to) {}

    /** All ways through the program at once, the preferred first; each step of the program has one at most. */
    private final class Run {
        private final int end;
        private int[] steps = new int[program.size()];
        private @Nullable Thread[] threads = new Thread[program.size()];
        private int count;
        private final int[] seen = new int[program.size()];
        private Optional<Span> best = Optional.empty();

        Run(int end) {
            this.end = end;
            Arrays.fill(seen, -1);
        }

        boolean isEmpty() {
            return count == 0 && (best.isPresent() || fromStart);
        }

        boolean matched() {
            return best.isPresent();
        }

        Optional<Span> result() {
            return best;
        }

        void add(int first, int at, Thread began) {
            var open = new ArrayList<Integer>(List.of(first));
            var carried = new ArrayList<Thread>(List.of(began));
            while (!open.isEmpty()) {
                int step = open.removeLast();
                Thread thread = carried.removeLast();
                if (seen[step] == at) {
                    continue;
                }
                seen[step] = at;
                switch (program.get(step)) {
                    case Step.Jump(int next) -> push(open, carried, next, thread);
                    case Step.Either(int next, int other) -> {
                        push(open, carried, other, thread);
                        push(open, carried, next, thread);
                    }
                    case Step.Mark(boolean begins) ->
                        push(
                                open,
                                carried,
                                step + 1,
                                begins
                                        ? new Thread(thread.begin(), at, -1)
                                        : new Thread(thread.begin(), thread.from(), at));
                    case Step.One _, Step.Found _ -> {
                        steps[count] = step;
                        threads[count++] = thread;
                    }
                }
            }
        }

        private static void push(List<Integer> open, List<Thread> carried, int step, Thread thread) {
            open.add(step);
            carried.add(thread);
        }

        void step(int octet, int at) {
            int[] before = steps;
            @Nullable Thread[] threadsBefore = threads;
            int countBefore = count;
            steps = new int[program.size()];
            threads = new Thread[program.size()];
            count = 0;
            for (int i = 0; i < countBefore; i++) {
                Thread thread = java.util.Objects.requireNonNull(threadsBefore[i]);
                switch (program.get(before[i])) {
                    case Step.One(BitSet octets) -> {
                        if (octet >= 0 && octets.get(octet)) {
                            add(before[i] + 1, at + 1, thread);
                        }
                    }
                    case Step.Found _ -> {
                        if (!toEnd || at == end) {
                            best = Optional.of(
                                    thread.to() >= 0
                                            ? new Span(thread.from(), thread.to())
                                            : new Span(thread.begin(), at));
                            return; // what is less preferred ends here
                        }
                    }
                    case Step.Either _, Step.Jump _, Step.Mark _ ->
                        throw new IllegalStateException("a step that takes no octet was kept");
                }
            }
        }
    }
}
