// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.control;

import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineReport;
import io.postern.gateway.spi.PortInventory;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Collection;
import java.util.Comparator;
import java.util.function.Supplier;

/** What lines tell of themselves, and the ports there are, as commands. */
final class LineCommands {
    private LineCommands() {}

    static ControlCommand of(Supplier<Collection<Line>> lines) {
        return new SimpleCommand(
                "bus.lines", "what the lines and their leaves have done", false, true, _ -> list(lines.get()));
    }

    static ControlCommand of(PortInventory ports) {
        return new SimpleCommand(
                "bus.ports", "the serial ports of this machine and who has them", false, true, _ -> list(ports));
    }

    private static JsonObject list(PortInventory inventory) {
        var ports = Json.array();
        for (PortInventory.Entry entry : inventory.ports()) {
            var json = Json.object()
                    .add("port", entry.kernelName())
                    .add("allowed", entry.allowed())
                    .add("present", entry.present());
            entry.line().ifPresent(line -> json.add("line", line));
            entry.byId().ifPresent(name -> json.add("byId", name));
            entry.byPath().ifPresent(name -> json.add("byPath", name));
            entry.usb().ifPresent(usb -> json.add("usb", usb.vendor() + ":" + usb.product())
                    .add("serial", usb.serial()));
            ports.add(json);
        }
        return Json.object().add("ports", ports).build();
    }

    private static JsonObject list(Collection<Line> lines) {
        var list = Json.array();
        lines.stream()
                .map(Line::report)
                .sorted(Comparator.comparing(LineReport::line))
                .forEach(report -> list.add(json(report)));
        return Json.object().add("lines", list).build();
    }

    private static JsonObjectBuilder json(LineReport report) {
        var leaves = Json.array();
        for (LineReport.Leaf leaf : report.leaves()) {
            var json = json(leaf.counts()).add("name", leaf.name());
            leaf.resting().ifPresent(time -> json.add("restingMs", time.toMillis()));
            leaves.add(json);
        }
        return Json.object()
                .add("line", report.line())
                .add("port", report.port())
                .add("state", report.state())
                .add("reopened", report.reopened())
                .add("all", json(report.all()))
                .add("leaves", leaves);
    }

    private static JsonObjectBuilder json(LineReport.Counts counts) {
        return Json.object()
                .add("runs", counts.runs())
                .add("failed", counts.failed())
                .add("missed", counts.missed())
                .add("frames", counts.frames())
                .add("garbled", counts.garbled())
                .add("timeouts", counts.timeouts())
                .add("refused", counts.refused())
                .add("turnaroundMs", counts.turnaround().toNanos() / 1e6)
                .add("busTimeMs", counts.busTime().toMillis());
    }
}
