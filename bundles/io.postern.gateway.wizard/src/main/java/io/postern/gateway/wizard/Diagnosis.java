// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import io.postern.gateway.spi.LineFormat;
import io.postern.gateway.wizard.Finding.Cause;
import io.postern.gateway.wizard.Probe.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the evidence of a survey means. Pure.
 *
 * <p>It leans on this: an instrument answers only a question it has understood. So who answers, however badly, has the right
 * speed, parity and polarity; what is wrong then is on the way back, or at one address.
 */
final class Diagnosis {
    private static final int NO_ACCIDENT = 2; // one damaged answer of seven happens on a busy machine, too

    private final Evidence evidence;
    private final List<Finding> findings = new ArrayList<>();

    private Diagnosis(Evidence evidence) {
        this.evidence = evidence;
    }

    /** What was found, what is there first, what is wrong behind it; never empty. */
    static List<Finding> of(Evidence evidence) {
        var diagnosis = new Diagnosis(evidence);
        Optional<LineFormat> spoken = diagnosis.spoken();
        spoken.ifPresent(diagnosis::judgeAnswers);
        diagnosis.judgeEcho();
        diagnosis.judgeUnasked(spoken);
        if (diagnosis.findings.stream().allMatch(each -> each.cause() == Cause.ECHO)) {
            diagnosis.judgeSilence();
        }
        return List.copyOf(diagnosis.findings);
    }

    /** The format in which most was answered. */
    private Optional<LineFormat> spoken() {
        Map<LineFormat, Long> answers = evidence.probes().stream()
                .filter(Diagnosis::isFrame)
                .collect(Collectors.groupingBy(Probe::format, Collectors.counting()));
        return answers.entrySet().stream()
                .max(Map.Entry.comparingByValue(Comparator.naturalOrder()))
                .map(Map.Entry::getKey)
                .or(this::onlyOneAnsweredAtAll);
    }

    /** Garbled answers in one format alone are answers: in a wrong one the question is not understood. */
    private Optional<LineFormat> onlyOneAnsweredAtAll() {
        List<LineFormat> formats = evidence.probes().stream()
                .filter(probe -> probe.kind() == Kind.GARBLED && !isFlat(probe))
                .map(Probe::format)
                .distinct()
                .toList();
        boolean repeated = bad(evidence.probes()).size() >= NO_ACCIDENT;
        boolean quiet = evidence.captures().stream().allMatch(each -> each.octets() == 0);
        return formats.size() == 1 && repeated && quiet ? Optional.of(formats.getFirst()) : Optional.empty();
    }

    private void judgeAnswers(LineFormat format) {
        Map<Integer, List<Probe>> heard = evidence.probes().stream()
                .filter(probe -> probe.format().equals(format) && probe.kind() != Kind.SILENCE)
                .collect(Collectors.groupingBy(Probe::unit, TreeMap::new, Collectors.toList()));
        Map<Integer, List<Probe>> damaged = new TreeMap<>(heard);
        damaged.values().removeIf(probes -> bad(probes).size() < NO_ACCIDENT);
        Map<Integer, List<Probe>> sound = new TreeMap<>(heard);
        sound.keySet().removeAll(damaged.keySet());
        sound.values().removeIf(probes -> !hasSound(probes));
        if (!sound.isEmpty()) {
            find(
                    Cause.INSTRUMENTS,
                    (sound.size() == 1 ? "One instrument answers" : sound.size() + " instruments answer") + " at "
                            + format + ": " + units(sound.keySet()) + ".",
                    sound.values().stream().map(List::getFirst),
                    "Configure a leaf for each, with a template of its type.");
        }
        judgeFormat(format);
        Map<Integer, List<Probe>> atTimes = new TreeMap<>(damaged);
        atTimes.values().removeIf(probes -> bad(probes).size() * 2 >= probes.size());
        damaged.keySet().removeAll(atTimes.keySet());
        if (!atTimes.isEmpty()) {
            judgeWay(format, atTimes);
        }
        damaged.forEach(this::judgeUnit);
    }

    private void judgeFormat(LineFormat format) {
        LineFormat set = evidence.configured().orElse(format);
        if (set.equals(format)) {
            return;
        }
        boolean parity = set.baud() == format.baud();
        find(
                parity ? Cause.WRONG_PARITY : Cause.WRONG_BAUD,
                "The line is set to " + set + ", but its instruments speak " + format + ": the "
                        + (parity ? "parity or the stop bits are" : "speed is") + " wrong.",
                evidence.probes().stream().filter(probe -> probe.format().equals(format) && isFrame(probe)),
                "Set the line to " + format + " in io.postern.gateway.serial, or the instruments to " + set + ".");
    }

    /** Several are damaged now and then: what they share is the wire. */
    private void judgeWay(LineFormat format, Map<Integer, List<Probe>> damaged) {
        boolean quiet = evidence.captures().stream().allMatch(each -> each.octets() == 0);
        find(
                quiet ? Cause.TERMINATION : Cause.NOISE,
                "Answers of " + units(damaged.keySet()) + " are damaged now and then"
                        + (quiet
                                ? ", and the line is clean while nobody speaks: reflections, a termination is missing or there"
                                        + " is one too many."
                                : ", and there are octets on the line while nobody speaks: something disturbs it."),
                Stream.concat(
                        evidence.captures().stream()
                                .filter(each -> each.octets() > 0)
                                .map(Object::toString),
                        damaged.values().stream()
                                .flatMap(List::stream)
                                .filter(Diagnosis::isBad)
                                .map(Object::toString)),
                quiet
                        ? "Put 120 ohms at both ends of the cable and nowhere else, bias it at one place, avoid star wiring"
                                + (format.baud() > 19_200 ? ", try 9600 baud." : ".")
                        : "Check screen and earth at one end, keep away from motors and inverters, check the bias resistors.");
    }

    private void judgeUnit(int unit, List<Probe> probes) {
        List<Probe> bad = bad(probes);
        long alike = bad.stream().collect(Collectors.groupingBy(Probe::said, Collectors.counting())).values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        boolean several =
                bad.stream().anyMatch(probe -> probe.kind() == Kind.ANSWER_AND_MORE) || alike * 2 <= bad.size();
        if (several) {
            find(
                    Cause.DUPLICATE_ADDRESS,
                    "Two instruments answer at unit " + unit
                            + ": their answers collide or follow one another, and other" + " addresses are free of it.",
                    bad.stream(),
                    "Disconnect one of the two, give it another address, connect it again and scan once more.");
        } else {
            find(
                    Cause.FAULTY_INSTRUMENT,
                    "The instrument at unit " + unit
                            + " answers, but its frames do not check out, always in the same way.",
                    bad.stream(),
                    "Check that it speaks Modbus RTU and not ASCII, then exchange it; the line itself is sound.");
        }
    }

    private void judgeEcho() {
        List<Probe> echoes = evidence.probes().stream().filter(Probe::hasEcho).toList();
        if (echoes.size() >= 2 && echoes.size() * 5L >= evidence.probes().size() * 4L) {
            find(
                    Cause.ECHO,
                    "Each question is heard by who sends it: the adapter does not switch its receiver off while it sends.",
                    echoes.stream(),
                    "Join RE and DE of the adapter, or set its switch to \"echo off\".");
        }
    }

    private void judgeUnasked(Optional<LineFormat> spoken) {
        Optional<Capture> talk = evidence.captures().stream()
                .filter(each -> !each.dialects().isEmpty())
                .findFirst();
        if (talk.isPresent()) {
            Dialect dialect = talk.get().dialects().getFirst();
            boolean master = dialect == Dialect.MODBUS_RTU || dialect == Dialect.MODBUS_ASCII;
            find(
                    Cause.OTHER_TALKER,
                    dialect.text() + " is spoken on this line at " + talk.get().format() + " while nobody here asks"
                            + (master ? ": there is another master." : "."),
                    Stream.of(talk.get()),
                    master
                            ? "A Modbus line has one master: disconnect the other, or give the instruments a line of their own."
                            : "Configure a leaf with a template of that protocol, and the line with this format.");
        } else if (findings.stream().noneMatch(each -> each.cause() == Cause.NOISE) && !isFlat()) {
            List<Capture> noise = evidence.captures().stream()
                    .filter(each -> each.octets() > 0)
                    .toList();
            if (!noise.isEmpty() || !evidence.troubles().isEmpty()) {
                find(
                        Cause.NOISE,
                        "There are octets on the line while nobody speaks, and they are no frames"
                                + (spoken.isPresent()
                                        ? "."
                                        : " of any protocol known here, in none of the formats tried."),
                        Stream.concat(noise.stream().map(Object::toString), evidence.troubles().stream()),
                        "Check screen and earth at one end, keep away from motors and inverters, check the bias resistors.");
            }
        }
    }

    private void judgeSilence() {
        if (isFlat()) {
            find(
                    Cause.POLARITY,
                    "Nobody answers, and all that is heard is 00 or FF, as from a line that rests at the wrong level: A and B"
                            + " are very likely swapped.",
                    Stream.concat(
                            evidence.captures().stream().filter(each -> each.octets() > 0),
                            evidence.probes().stream().filter(each -> each.kind() != Kind.SILENCE)),
                    "Exchange the two wires at the adapter and scan again; makers do not agree on which is A.");
        } else {
            find(
                    Cause.SILENCE,
                    "Nobody answers, at no address and in no format that was tried.",
                    evidence.probes().stream().limit(1),
                    "Check that the instruments have power and are on this cable; exchange A and B; look up address and"
                            + " speed at the instrument; scan without --quick.");
        }
    }

    /** Whether there is something, and all of it is octets of an inverted or broken rest level. */
    private boolean isFlat() {
        List<byte[]> all = Stream.concat(
                        evidence.captures().stream().flatMap(each -> each.bursts().stream()),
                        evidence.probes().stream().map(Probe::said))
                .map(io.postern.wire.Bytes::toArray)
                .toList();
        long octets = all.stream().mapToLong(each -> each.length).sum();
        return octets > 0 && all.stream().mapToLong(Diagnosis::flat).sum() * 10 >= octets * 9;
    }

    private static boolean isFlat(Probe probe) {
        byte[] said = probe.said().toArray();
        return flat(said) * 10 >= said.length * 9L;
    }

    private static long flat(byte[] octets) {
        long flat = 0;
        for (byte octet : octets) {
            flat += octet == 0 || octet == -1 ? 1 : 0;
        }
        return flat;
    }

    private static boolean isFrame(Probe probe) {
        return switch (probe.kind()) {
            case ANSWER, ANSWER_AND_MORE, OTHER_UNIT -> true;
            case SILENCE, GARBLED -> false;
        };
    }

    private static boolean isBad(Probe probe) {
        return switch (probe.kind()) {
            case ANSWER_AND_MORE, OTHER_UNIT, GARBLED -> true;
            case SILENCE, ANSWER -> false;
        };
    }

    private static List<Probe> bad(List<Probe> probes) {
        return probes.stream().filter(Diagnosis::isBad).toList();
    }

    private static boolean hasSound(List<Probe> probes) {
        return probes.stream().anyMatch(probe -> probe.kind() == Kind.ANSWER);
    }

    private void find(Cause cause, String what, Stream<?> quotes, String remedy) {
        findings.add(
                new Finding(cause, what, quotes.map(Object::toString).distinct().toList(), remedy));
    }

    private static String units(Iterable<Integer> units) {
        var text = new ArrayList<String>();
        units.forEach(unit -> text.add(unit.toString()));
        return (text.size() == 1 ? "unit " : "units ") + String.join(", ", text);
    }
}
