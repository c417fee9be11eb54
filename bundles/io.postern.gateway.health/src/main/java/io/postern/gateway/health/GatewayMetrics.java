// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.gateway.Milestones;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.LineReport;
import io.postern.gateway.spi.OutboxReport;
import io.postern.gateway.spi.OutboxReport.State;
import io.postern.gateway.spi.UplinkReport;
import io.postern.wire.Json;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the gateway counts, as one page. Read when it is asked for: between two scrapes this costs nothing. No label holds a
 * leaf's name; lines are few, and those beyond {@link #MOST_LINES} have no samples of their own.
 */
final class GatewayMetrics {
    private static final int MOST_LINES = 32; // serial ports of one machine and some terminal servers

    private final Parts parts;
    private final HealthDesk desk;
    private final ProcessFigures process;
    private final String version;

    GatewayMetrics(Parts parts, HealthDesk desk, ProcessFigures process, String version) {
        this.parts = parts;
        this.desk = desk;
        this.process = process;
        this.version = version;
    }

    String page() throws InterruptedException {
        var page = new MetricsText();
        page.gauge("postern_gateway_info", "The gateway's version.", 1, "version", version);
        parts.clock().ifPresent(clock -> time(page, clock.state()));
        status(page);
        leaves(page);
        parts.outbox().ifPresent(gauge -> outbox(page, gauge.report()));
        parts.uplink().ifPresent(uplink -> uplink(page, uplink));
        parts.lines().stream().limit(MOST_LINES).forEach(line -> line(page, line));
        for (Map.Entry<String, Finding> each : desk.findings().entrySet()) {
            page.gauge(
                    "postern_gateway_healthy",
                    "1 when the check finds nothing wrong, else 0.",
                    each.getValue().status() == org.apache.felix.hc.api.Result.Status.OK ? 1 : 0,
                    "check",
                    each.getKey());
        }
        process(page);
        return page.toString();
    }

    private static void time(MetricsText page, GatewayClock.State state) {
        page.gauge(
                        "postern_gateway_time",
                        "1 for how far the time is known, and from whom.",
                        1,
                        "quality",
                        state.quality().text(),
                        "source",
                        state.source())
                .gauge(
                        "postern_gateway_system_clock_ahead_seconds",
                        "How far this machine's clock is ahead of the gateway's.",
                        state.offOfSystem().toMillis() / 1000.0);
    }

    private void status(MetricsText page) {
        parts.status().ifPresent(status -> {
            String state = status.provisioning()
                    .flatMap(json -> Json.text(json, "state"))
                    .orElse(status.waitsFor().isEmpty() ? "UNPROVISIONED" : "NOT_STARTED");
            page.gauge(
                    "postern_gateway_provisioning",
                    "1 for the state on the way to the hub.",
                    1,
                    "state",
                    state.toLowerCase(Locale.ROOT));
            count(status.sessions(), each -> (each.leaf() ? "leaf " : "gateway ") + each.phase())
                    .forEach((key, number) -> page.gauge(
                            "postern_gateway_sessions",
                            "Sessions with the hub by their state.",
                            number,
                            "of",
                            key.substring(0, key.indexOf(' ')),
                            "state",
                            key.substring(key.indexOf(' ') + 1).toLowerCase(Locale.ROOT)));
        });
        parts.milestones().ifPresent(milestones -> {
            for (Milestones.Milestone each : Milestones.Milestone.values()) {
                page.counter(
                        "postern_gateway_milestones_total",
                        "What happened on the way to the hub; leaf_connected counts reconnects, too.",
                        milestones.count(each),
                        "milestone",
                        each.name().toLowerCase(Locale.ROOT));
            }
        });
    }

    private void leaves(MetricsText page) {
        List<LeafOffice.Entry> leaves = parts.office().map(LeafOffice::leaves).orElse(List.of());
        count(leaves, LeafOffice.Entry::state)
                .forEach((state, number) -> page.gauge(
                        "postern_gateway_leaves", "Configured leaves by their state.", number, "state", state));
        long silent =
                leaves.stream().filter(leaf -> leaf.gapSince().isPresent()).count();
        page.gauge("postern_gateway_leaves_silent", "Configured leaves without readings at present.", silent);
    }

    private static void outbox(MetricsText page, OutboxReport report) {
        String name = "postern_gateway_outbox_";
        page.gauge(name + "bytes", "What the waiting messages take.", report.bytes())
                .gauge(name + "capacity_bytes", "Most they may take.", report.capacity())
                .gauge(name + "bytes_per_second", "What comes in, over the last hours.", report.bytesPerSecond())
                .gauge(
                        name + "usable",
                        "1 while readings are taken, else 0.",
                        Set.of(State.READY, State.NEARLY_FULL, State.FULL).contains(report.state()) ? 1 : 0);
        report.timeLeft()
                .ifPresent(left -> page.gauge(
                        name + "time_left_seconds", "Until it is full if nothing is sent.", left.toSeconds()));
        report.messages()
                .forEach((priority, number) -> page.gauge(
                        name + "messages",
                        "Messages that wait for the hub.",
                        number,
                        "class",
                        priority.name().toLowerCase(Locale.ROOT)));
        report.dropped()
                .forEach((priority, number) -> page.counter(
                        name + "dropped_total",
                        "Messages given up because there was no room.",
                        number,
                        "class",
                        priority.name().toLowerCase(Locale.ROOT)));
        OutboxReport.Traffic traffic = report.traffic();
        page.counter(name + "accepted_total", "Messages that were made durable.", traffic.messages())
                .counter(name + "acknowledged_total", "Messages that the hub has taken.", traffic.acknowledged())
                .counter(name + "payload_bytes_total", "Octets of the bodies of those made durable.", traffic.payload())
                .counter(name + "written_bytes_total", "Octets handed to the file system.", traffic.written())
                .counter(name + "flushes_total", "How often the disk was told to keep them.", traffic.flushes());
        traffic.device()
                .ifPresent(written -> page.counter(
                        name + "device_bytes_total", "Octets that the device wrote, whoever asked.", written));
    }

    private static void uplink(MetricsText page, UplinkReport uplink) {
        UplinkReport.Asked asked = uplink.asked();
        String name = "postern_gateway_tokens_";
        page.counter(name + "obtained_total", "Tokens that came, renewals included.", asked.obtained())
                .counter(name + "failures_total", "How often none was to be had.", asked.failures());
        uplink.tokens().stream()
                .flatMap(token -> token.endsIn().stream())
                .min(Comparator.naturalOrder())
                .ifPresent(first -> page.gauge(
                        name + "first_end_seconds",
                        "Until the token that ends first does; below 0 when it has.",
                        first.toSeconds()));
        UplinkReport.Connecting now = uplink.connecting();
        String connecting = "postern_gateway_connecting_";
        page.gauge(connecting + "waiting", "Identities that wait for their turn to open a session.", now.waiting())
                .gauge(connecting + "hub_away", "1 while one identity asks for all, else 0.", now.isAway() ? 1 : 0)
                .counter(connecting + "attempts_total", "Sessions that were tried to be opened.", now.attempts())
                .counter(connecting + "failures_total", "Attempts that came to nothing.", now.failures())
                .counter(connecting + "throttled_total", "Those that the hub had no time for.", now.throttled());
    }

    private static void line(MetricsText page, LineReport line) {
        LineReport.Counts all = line.all();
        String name = "postern_gateway_line_";
        page.gauge(
                        name + "open",
                        "1 while the line's port is open.",
                        line.state().startsWith("open") ? 1 : 0,
                        "line",
                        line.line())
                .counter(name + "reopened_total", "How often its port came back.", line.reopened(), "line", line.line())
                .counter(name + "polls_total", "Tasks that were run.", all.runs(), "line", line.line())
                .counter(name + "missed_total", "Deadlines without a run.", all.missed(), "line", line.line())
                .counter(name + "frames_total", "Frames that checked out.", all.frames(), "line", line.line())
                .counter(
                        name + "busy_seconds_total",
                        "How long the wire was in use.",
                        all.busTime().toMillis() / 1000.0,
                        "line",
                        line.line());
        Map.of("failed", all.failed(), "garbled", all.garbled(), "timeout", all.timeouts(), "refused", all.refused())
                .forEach((kind, number) -> page.counter(
                        name + "errors_total",
                        "What went wrong: failed counts tasks, the others frames.",
                        number,
                        "line",
                        line.line(),
                        "kind",
                        kind));
    }

    private void process(MetricsText page) {
        Runtime runtime = Runtime.getRuntime();
        page.gauge(
                "postern_gateway_heap_used_bytes",
                "Heap in use, garbage included.",
                runtime.totalMemory() - runtime.freeMemory());
        page.gauge("postern_gateway_heap_max_bytes", "Most the heap may take.", runtime.maxMemory());
        known(page, "process_resident_memory_bytes", "Memory of the process in RAM.", process.residentBytes());
        known(page, "process_open_fds", "Open file handles.", process.openHandles());
        known(page, "process_max_fds", "Most file handles.", process.mostHandles());
        known(page, "process_threads", "Threads of the system.", process.threads());
        ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .ifPresent(
                        cpu -> page.counter("process_cpu_seconds_total", "Processor time.", cpu.toMillis() / 1000.0));
        ProcessHandle.current()
                .info()
                .startInstant()
                .ifPresent(start -> page.gauge(
                        "process_start_time_seconds", "When the process began, in Unix time.", start.getEpochSecond()));
        for (var collector : java.lang.management.ManagementFactory.getGarbageCollectorMXBeans()) {
            page.counter(
                    "postern_gateway_gc_total",
                    "Garbage collections.",
                    collector.getCollectionCount(),
                    "collector",
                    collector.getName());
            page.counter(
                    "postern_gateway_gc_seconds_total",
                    "Time in garbage collections.",
                    collector.getCollectionTime() / 1000.0,
                    "collector",
                    collector.getName());
        }
    }

    private static void known(MetricsText page, String name, String help, long value) {
        if (value >= 0) {
            page.gauge(name, help, value);
        }
    }

    private static <T> Map<String, Long> count(List<T> all, Function<T, String> key) {
        return all.stream().collect(Collectors.groupingBy(key, TreeMap::new, Collectors.counting()));
    }
}
