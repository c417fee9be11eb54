// SPDX-License-Identifier: Apache-2.0
package io.postern.logging;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an entry of the OSGi log means to an operator. Pure; knows how Felix's component runtime words its troubles. */
sealed interface Trouble {
    /**
     * A component would not start.
     *
     * @param component its name
     * @param defect what to trace; none when the component refused its configuration or its surroundings in words
     */
    record NotStarted(String component, String why, Optional<Throwable> defect) implements Trouble {}

    /** Follows from a {@link NotStarted} that was told before, and tells nothing new. */
    record Follows(String message) implements Trouble {}

    record Other(String message, Optional<Throwable> cause) implements Trouble {}

    static Trouble of(@Nullable String text, @Nullable Throwable thrown) {
        String message = text == null ? "" : text;
        Optional<Throwable> cause = Optional.ofNullable(thrown).map(Wording::unwrapped);
        boolean unborn = cause.map(Throwable::getMessage)
                .filter(m -> m.contains(Wording.NO_SERVICE))
                .isPresent();
        if (unborn || message.contains(Wording.NO_REFERENCE)) {
            return new Follows(message);
        }
        Matcher failed = Wording.NOT_INSTANTIATED.matcher(message);
        if (!failed.matches()) {
            return new Other(message, cause);
        }
        String why = cause.map(Wording::sentence).orElseGet(() -> Wording.reference(failed.group("rest")));
        return new NotStarted(failed.group("name"), why, cause.filter(Wording::isDefect));
    }

    /** The words of the component runtime and of the log service, as of the versions that are pinned. */
    final class Wording {
        private static final Pattern NOT_INSTANTIATED =
                Pattern.compile("bundle \\S+ \\([0-9]+\\)\\[(?<name>[^\\[(]+)\\([0-9]+\\)] : "
                        + "Error during instantiation of the implementation object(?<rest>.*)");
        private static final Pattern MISSING = Pattern.compile(".*Unable to get service for reference (\\S+)\\s*");
        private static final String NO_SERVICE = "Service factory returned null. (Component: ";
        private static final String NO_REFERENCE = " : Could not get service from ref ";
        // the log service replaces exceptions of bundles by its own, which carry the class in their message
        private static final Pattern CLASS_NAME =
                Pattern.compile("(?<class>[\\w.$]+\\.[\\w$]+): (?<text>.*)", Pattern.DOTALL);

        private Wording() {}

        /** What was thrown, without the reflection around it. */
        private static Throwable unwrapped(Throwable thrown) {
            Throwable each = thrown;
            while (each.getCause() != null && isWrapper(each)) {
                each = each.getCause();
            }
            return each;
        }

        private static boolean isWrapper(Throwable thrown) {
            return className(thrown).equals(InvocationTargetException.class.getName());
        }

        private static String className(Throwable thrown) {
            Matcher named = CLASS_NAME.matcher(String.valueOf(thrown.getMessage()));
            boolean replaced = thrown.getClass().getName().equals("org.apache.felix.log.LogException");
            return replaced && named.matches()
                    ? named.group("class")
                    : thrown.getClass().getName();
        }

        private static String sentence(Throwable thrown) {
            String message = String.valueOf(thrown.getMessage());
            Matcher named = CLASS_NAME.matcher(message);
            boolean replaced = thrown.getClass().getName().equals("org.apache.felix.log.LogException");
            String text = replaced && named.matches() ? named.group("text") : message;
            return text.equals("null") ? className(thrown) : text;
        }

        private static String reference(String rest) {
            Matcher missing = MISSING.matcher(rest);
            return missing.matches()
                    ? "what it needs as \"" + missing.group(1) + "\" is not started either"
                    : "the component runtime gives no reason" + rest;
        }

        /** A component says in words what is wrong with its configuration or its files; all else is a defect. */
        private static boolean isDefect(Throwable thrown) {
            String name = className(thrown);
            return !name.equals(IllegalArgumentException.class.getName())
                    && !name.startsWith("java.io.")
                    && !name.startsWith("java.nio.file.");
        }
    }
}
