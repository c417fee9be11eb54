// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.gateway.TimeQuality;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.GatewayStatus;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.LineReport;
import io.postern.gateway.spi.OutboxReport;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.UplinkReport;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be told of the gateway's parts, each by a question of its own; cheap enough to be asked every second. */
final class GatewayChecks {
    private static final int SHOWN = 3; // names in a sentence: more do not fit on a screen
    private static final Duration PATIENCE = Duration.ofMinutes(2); // a session comes back by itself within
    private static final Duration AN_OUTAGE = Duration.ofMinutes(10);
    private static final Duration SOON_FULL = Duration.ofHours(12); // somebody can still get there
    private static final Duration APART = Duration.ofMinutes(1); // more than a log's reader would pass over
    private static final double MANY_FAILURES = 0.2; // of a line's runs: a cable or a setting, not chance
    private static final long ENOUGH_RUNS = 20;
    private static final Set<String> MOVING = Set.of("UNPROVISIONED", "REGISTERING", "CHALLENGED", "WAITING");

    private final Parts parts;
    private final InstantSource clock;

    GatewayChecks(Parts parts, InstantSource clock) {
        this.parts = parts;
        this.clock = clock;
    }

    /** Where the gateway is on its way to its hub. */
    Finding provisioning() {
        Optional<GatewayStatus> status = parts.status();
        if (status.isEmpty()) {
            return Finding.fault(
                    "the gateway's core is not started", "The log says why: look for \"not started\" in it.");
        }
        String waitsFor = status.get().waitsFor();
        if (!waitsFor.isEmpty()) {
            return Finding.fault(
                    "the gateway waits for " + waitsFor, "Give it what it waits for; it goes on by itself.");
        }
        return status.get()
                .provisioning()
                .map(GatewayChecks::provisioning)
                .orElseGet(() -> Finding.soon("the gateway has just begun", ""));
    }

    private static Finding provisioning(JsonObject json) {
        String state = Json.requireText(json, "state");
        String text = state + ": " + Json.requireText(json, "reason");
        if (state.equals("ASSIGNED")) {
            return Finding.good(text);
        }
        String remedy = "The gateway " + Json.requireText(json, "next")
                + Json.text(json, "nextTry").map(at -> " (at " + at + ")").orElse("") + ".";
        return MOVING.contains(state) ? Finding.soon(text, remedy) : Finding.fault(text, remedy);
    }

    /** Whether the gateway and its leaves have their sessions with the hub. */
    Finding sessions() {
        List<GatewayStatus.Session> sessions =
                parts.status().map(GatewayStatus::sessions).orElse(List.of());
        if (sessions.isEmpty()) {
            return Finding.soon("there are no sessions yet: the gateway is not assigned to a hub", "See provisioning.");
        }
        List<GatewayStatus.Session> away = sessions.stream()
                .filter(each -> !each.phase().equals("CONNECTED") && !isToBeApproved(each))
                .toList();
        long connected = sessions.stream()
                .filter(each -> each.phase().equals("CONNECTED"))
                .count();
        String text = connected + " of " + sessions.size() + " sessions are connected";
        if (away.isEmpty()) {
            return Finding.good(text);
        }
        String told = text + "; not "
                + names(away.stream()
                        .map(each -> each.device() + " (" + each.phase().toLowerCase(Locale.ROOT) + ": " + each.reason()
                                + ")")
                        .toList());
        boolean lasting = away.stream()
                .anyMatch(each -> each.since().plus(PATIENCE).isBefore(clock.instant())
                        || !each.reason().isEmpty());
        if (!lasting) {
            return Finding.soon(told, "");
        }
        return away.size() == sessions.size()
                ? Finding.fault(told, "Readings wait in the outbox. ./postern doctor finds out what stands in the way.")
                : Finding.warning(told, "Their readings wait in the outbox; ./postern leaf show NAME tells more.");
    }

    private static boolean isToBeApproved(GatewayStatus.Session session) {
        return session.phase().equals("WAITING_FOR_APPROVAL") || session.phase().equals("REFUSED");
    }

    /** Whether the token service lets the gateway speak for its leaves. */
    Finding tokens() {
        List<String> refused = parts.status().map(GatewayStatus::sessions).orElse(List.of()).stream()
                .filter(GatewayChecks::isToBeApproved)
                .map(each -> each.device() + " (" + each.reason() + ")")
                .toList();
        if (!refused.isEmpty()) {
            return Finding.warning(
                    "no token for " + names(refused),
                    "Approve, assign or grant them at the cloud side: ctl leaves wanted, ctl leaves list.");
        }
        List<UplinkReport.Token> tokens =
                parts.uplink().map(UplinkReport::tokens).orElse(List.of());
        List<String> stale = tokens.stream()
                .filter(token -> !token.reason().isEmpty())
                .map(token -> token.device() + " (" + left(token) + ": " + token.reason() + ")")
                .toList();
        return stale.isEmpty()
                ? Finding.good(
                        tokens.isEmpty()
                                ? "no leaf is refused a token"
                                : count(tokens.size(), "token is in order", "tokens are in order"))
                : Finding.warning(
                        "not renewed: " + names(stale),
                        "Sessions go on until their tokens end, and readings wait in the outbox after that;"
                                + " ./postern leaf tokens shows each. The gateway asks again by itself.");
    }

    private static String left(UplinkReport.Token token) {
        return token.endsIn()
                .filter(Duration::isPositive)
                .map(left -> "good for " + span(left) + " more")
                .orElse("none at present");
    }

    /** Whether what was changed from afar has come to a good end. */
    Finding settings() {
        Optional<JsonObject> report = parts.status().map(GatewayStatus::settings);
        String trial = report.flatMap(json -> Json.text(json, "trial")).orElse("");
        if (!trial.isEmpty()) {
            String waitsFor =
                    report.flatMap(json -> Json.text(json, "waitsFor")).orElse("");
            return Finding.soon(
                    "the change " + trial + " is on trial" + (waitsFor.isEmpty() ? "" : " and waits for " + waitsFor),
                    "It is kept or returns by itself; ./postern settings shows how long it has.");
        }
        Optional<JsonObject> last = report.flatMap(json -> Json.object(json, "last"));
        boolean failed = last.flatMap(json -> Json.text(json, "outcome"))
                .filter(outcome -> !outcome.equals("kept"))
                .isPresent();
        if (!failed) {
            return Finding.good("no change of settings is on trial");
        }
        String text = "the change " + Json.requireText(last.get(), "change") + " was "
                + Json.requireText(last.get(), "outcome") + ": " + Json.requireText(last.get(), "reason");
        return isOfToday(Json.requireText(last.get(), "at"))
                ? Finding.warning(text, "The settings before it are in force. Correct it and send it under a new name.")
                : Finding.good(text);
    }

    /** Long enough for an operator to see it, short enough that it hides nothing newer. */
    private boolean isOfToday(String at) {
        try {
            return Instant.parse(at).plus(Duration.ofDays(1)).isAfter(clock.instant());
        } catch (DateTimeParseException e) {
            return true;
        }
    }

    /** How far the time is known; readings that are not sure of theirs say so. */
    static Finding clock(GatewayClock.State state) {
        String now = "it is " + state.now().truncatedTo(ChronoUnit.SECONDS);
        if (state.quality() == TimeQuality.CONFIRMED) {
            Duration ahead = state.offOfSystem();
            return Finding.good(now + ", confirmed (" + state.source() + ")"
                    + (ahead.abs().compareTo(APART) < 0
                            ? ""
                            : "; this machine's clock is " + span(ahead.abs())
                                    + (ahead.isNegative() ? " behind" : " ahead")
                                    + ", which moves nothing but the times in the log"));
        }
        return Finding.warning(
                now + " as far as is known (" + state.quality().text() + ", " + state.source()
                        + "): readings are put right, or say that their time is not sure",
                "It ends by itself when the token service is reached over HTTPS, or this machine is synchronised:"
                        + " timedatectl set-ntp true.");
    }

    /** Whether there is a place for readings. */
    Finding outbox() {
        return parts.outbox()
                .map(gauge -> outbox(gauge.report()))
                .orElseGet(() -> Finding.fault(
                        "there is no outbox: readings cannot be taken",
                        "Correct io.postern.gateway.store in the configuration; the log says what is wrong with it."));
    }

    /** Whether it is an outage: at other times what waits was taken a moment ago. */
    private boolean isFilling(OutboxReport report) {
        return report.oldest()
                .filter(oldest -> oldest.plus(AN_OUTAGE).isBefore(clock.instant()))
                .isPresent();
    }

    private static boolean lasts(OutboxReport report) {
        return report.timeLeft().map(left -> left.compareTo(SOON_FULL) > 0).orElse(true);
    }

    private Finding outbox(OutboxReport report) {
        String text = Math.round(report.share() * 100) + " % full, " + report.waiting() + " messages wait"
                + report.timeLeft()
                        .map(left -> "; at this rate there is room for " + span(left) + " more")
                        .orElse("");
        String why = report.detail().isEmpty() ? "" : " (" + report.detail() + ")";
        return switch (report.state()) {
            case READY ->
                isFilling(report) && !lasts(report)
                        ? Finding.warning(
                                text + ", and the oldest has waited for more than " + span(AN_OUTAGE),
                                "Bring the hub back into reach (./postern uplink), approve leaves that wait for it, or"
                                        + " raise capacity of io.postern.gateway.store.")
                        : Finding.good(text);
            case NEARLY_FULL ->
                Finding.warning(
                        text, "Bring the hub back into reach, or raise capacity of io.postern.gateway.store." + why);
            case FULL ->
                Finding.fault(
                        text + ": old readings are given up for new ones",
                        "Bring the hub back into reach, or raise capacity of io.postern.gateway.store." + why);
            case DISK_FULL ->
                Finding.fault(
                        "the disk is full: no reading can be taken",
                        "Make room on the disk; it goes on by itself." + why);
            case READ_ONLY ->
                Finding.fault(
                        "the file system is read-only: no reading can be taken",
                        "A worn card turns read-only (dmesg tells): put in a new one, or remount it." + why);
            case FAILING ->
                Finding.fault(
                        "the disk answers with errors: no reading can be taken",
                        "Replace the disk or card; dmesg tells what it says." + why);
            case CLOSED -> Finding.fault("the outbox is closed", "Start the gateway again; its log says why." + why);
        };
    }

    /** As a person would say it: two units at most. */
    static String span(Duration time) {
        if (time.toDays() > 0) {
            return time.toDays() + " d " + time.toHoursPart() + " h";
        }
        return time.toHours() > 0 ? time.toHours() + " h " + time.toMinutesPart() + " min" : time.toMinutes() + " min";
    }

    /** How the lines are, and what share of their work fails. */
    Finding lines() {
        List<LineReport> lines = parts.lines();
        if (lines.isEmpty()) {
            return Finding.good("no lines are configured");
        }
        List<String> closed = lines.stream()
                .filter(line -> !line.state().startsWith("open"))
                .map(line -> line.line() + " (" + line.state() + ")")
                .toList();
        if (!closed.isEmpty()) {
            return Finding.fault(
                    "not open: " + names(closed),
                    "Plug the adapter in and see ./postern bus ports; the line opens again by itself.");
        }
        List<String> failing = lines.stream()
                .filter(line -> isFailing(line.all()))
                .map(line -> line.line() + " (" + failures(line) + ")")
                .toList();
        return failing.isEmpty()
                ? Finding.good(count(lines.size(), "line is open", "lines are open"))
                : Finding.warning(
                        "many reads fail on " + names(failing),
                        "Let ./postern bus scan --line NAME find out what is wrong with it.");
    }

    private static boolean isFailing(LineReport.Counts counts) {
        return counts.runs() >= ENOUGH_RUNS && counts.failed() > counts.runs() * MANY_FAILURES;
    }

    private static String failures(LineReport line) {
        return line.all().failed() + " of " + line.all().runs() + ": "
                + names(line.leaves().stream()
                        .filter(leaf -> isFailing(leaf.counts()))
                        .map(leaf -> leaf.name() + " " + leaf.counts().timeouts() + " without an answer, "
                                + leaf.counts().garbled() + " garbled")
                        .toList());
    }

    /** Which leaves have no readings, and which wait for a person. */
    Finding leaves() {
        List<LeafOffice.Entry> leaves = parts.office().map(LeafOffice::leaves).orElse(List.of());
        List<String> held = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        for (LeafOffice.Entry leaf : leaves) {
            switch (leaf.state()) {
                case "pending" -> held.add(leaf.leaf().text());
                case "stale", "quarantined" -> silent.add(silent(leaf));
                case "seen", "fingerprinted" -> {
                    if (leaf.since().plus(PATIENCE).isBefore(clock.instant())) {
                        silent.add(silent(leaf));
                    }
                }
                default -> {}
            }
        }
        if (!silent.isEmpty()) {
            return Finding.warning(
                    "no readings from " + names(silent),
                    "Look at their power and wiring; ./postern bus scan --line NAME tells what the line hears.");
        }
        if (!held.isEmpty()) {
            return Finding.warning(
                    "waiting for a person: " + names(held),
                    "./postern leaf show NAME shows what was found; then leaf approve, replace or retire.");
        }
        return Finding.good(
                leaves.isEmpty()
                        ? "no leaves are configured"
                        : count(leaves.size(), "leaf is well", "leaves are well"));
    }

    private static String silent(LeafOffice.Entry leaf) {
        String since = leaf.lastReading()
                .map(last -> ", last at " + last.truncatedTo(ChronoUnit.SECONDS))
                .orElse("");
        return leaf.leaf() + " (" + leaf.state() + since + (leaf.reason().isEmpty() ? "" : ", " + leaf.reason()) + ")";
    }

    /** Whether the chip with the gateway's identity answers. */
    Finding tpm() {
        Optional<SecurityModule> module = parts.module();
        if (module.isEmpty()) {
            return Finding.good("no TPM is configured, or none is there");
        }
        try {
            return module.get().hasIdentityKey()
                    ? Finding.good("the TPM answers and holds the gateway's key")
                    : Finding.good("the TPM answers; no hub key is kept in it yet");
        } catch (IOException e) {
            return Finding.fault(
                    "the TPM does not answer: " + e.getMessage(),
                    "Sessions go on until their tokens end. ./postern doctor --config FILE looks at the chip itself.");
        }
    }

    static String names(List<String> all) {
        return all.stream().limit(SHOWN).collect(Collectors.joining(", "))
                + (all.size() > SHOWN ? " and " + (all.size() - SHOWN) + " more" : "");
    }

    private static String count(int number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
