// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.gpio;

import io.postern.wire.DurationText;
import io.postern.wire.Shown;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which pin: {@code gpiochip0:17} or {@code /dev/gpiochip0:17} by the chip's device, {@code label:pinctrl-bcm2711:17} by its
 * maker's name, {@code line:RELAY1} by the board's name of the line. Numbers of chips change with the order in which they
 * appear; labels and names do not. {@code mock:1} and {@code mock:1@700ms} are pretended, for laboratories.
 */
sealed interface PinAddress {
    /** @param chip absolute, or in the device directory */
    record Numbered(Path chip, int line) implements PinAddress {}

    record Labelled(String label, int line) implements PinAddress {}

    record Named(String line) implements PinAddress {}

    /** @param period how often it changes by itself; zero for never */
    record Mock(int line, Duration period) implements PinAddress {}

    /** A line that is there. */
    record Found(Path chip, String label, int line) {}

    Pattern FORM =
            Pattern.compile("(mock|label:[^:\\p{Cntrl}]{1,31}|/?[A-Za-z0-9_./-]{1,60}):([0-9]{1,4})(@[0-9a-z]+)?");
    Pattern NAME = Pattern.compile("line:([^\\p{Cntrl}]{1,31})");
    Duration FASTEST = Duration.ofMillis(10);

    /** @throws IllegalArgumentException beginning with {@code address: } */
    static PinAddress parse(String text) {
        Matcher name = NAME.matcher(text);
        if (name.matches()) {
            return new Named(name.group(1));
        }
        Matcher parts = FORM.matcher(text);
        if (!parts.matches() || parts.group(3) != null && !parts.group(1).equals("mock")) {
            throw new IllegalArgumentException(
                    "address: gpiochip0:17, label:pinctrl-bcm2711:17 or line:RELAY1, not \"" + Shown.of(text) + "\"");
        }
        int line = Integer.parseInt(parts.group(2));
        String chip = parts.group(1);
        if (chip.equals("mock")) {
            return new Mock(
                    line,
                    parts.group(3) == null
                            ? Duration.ZERO
                            : period(parts.group(3).substring(1)));
        }
        return chip.startsWith("label:")
                ? new Labelled(chip.substring("label:".length()), line)
                : new Numbered(Path.of(chip), line);
    }

    private static Duration period(String text) {
        Duration period;
        try {
            period = DurationText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("address: " + e.getMessage(), e);
        }
        if (period.compareTo(FASTEST) < 0) {
            throw new IllegalArgumentException("address: a mock pin changes each 10ms at most");
        }
        return period;
    }

    /**
     * Looks the line up, as chips are now.
     *
     * @param devices where chips appear, {@code /dev}
     * @throws IOException when there is none, or more than one that could be meant
     */
    default Found find(Path devices) throws IOException {
        return switch (this) {
            case Numbered(Path chip, int line) -> {
                try (GpioChip opened = GpioChip.open(devices.resolve(chip))) {
                    yield new Found(devices.resolve(chip), opened.label(), line);
                }
            }
            case Labelled(String label, int line) ->
                only(
                        devices,
                        "label " + label,
                        chip -> chip.label().equals(label) ? OptionalInt.of(line) : OptionalInt.empty());
            case Named(String name) -> only(devices, "a line " + name, chip -> chip.named(name));
            case Mock(int line, Duration _) -> new Found(Path.of("mock"), "mock", line);
        };
    }

    private static Found only(Path devices, String what, Search search) throws IOException {
        Found found = null;
        for (Path path : GpioChip.all(devices)) {
            try (GpioChip chip = GpioChip.open(path)) {
                OptionalInt line = search.in(chip);
                if (line.isPresent() && found != null) {
                    throw new IOException("two chips have " + what + ": " + found.chip() + " and " + path);
                }
                found = line.isPresent() ? new Found(path, chip.label(), line.getAsInt()) : found;
            }
        }
        if (found == null) {
            throw new IOException(
                    "no chip in " + devices + " has " + what + "; gpiodetect and gpioinfo show what there is");
        }
        return found;
    }

    @FunctionalInterface
    interface Search {
        OptionalInt in(GpioChip chip) throws IOException;
    }
}
