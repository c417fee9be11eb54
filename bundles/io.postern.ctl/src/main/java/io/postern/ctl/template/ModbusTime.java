// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.template;

import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.modbus.BlockPlanner;
import io.postern.sensor.modbus.BusTime;
import io.postern.sensor.modbus.Field;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.RegisterMap;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Span;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What reading a Modbus unit by a template costs its line, as the gateway plans it: RTU frames of 11 bits a character. */
final class ModbusTime {
    private static final int[] BAUDS = {9600, 19_200, 115_200};
    private static final double BITS = 11; // start, eight, parity, stop
    private static final Duration USUAL_TURNAROUND = Duration.ofMillis(5); // as the driver guesses it

    private ModbusTime() {}

    /** A line for each baud rate: frames, time and share of the line. */
    static List<String> lines(Template template) throws TemplateException {
        RegisterMap map = RegisterMap.of(template);
        Map<Duration, List<Span>> groups = new TreeMap<>();
        for (Field field : map.fields().values()) {
            groups.computeIfAbsent(template.reporting().rule(field.name()).period(), _ -> new ArrayList<>())
                    .add(field.span());
        }
        List<String> lines = new ArrayList<>();
        for (int baud : BAUDS) {
            lines.add(line(map, groups, baud));
        }
        return lines;
    }

    private static String line(RegisterMap map, Map<Duration, List<Span>> groups, int baud) {
        double share = 0;
        List<String> parts = new ArrayList<>();
        for (var group : groups.entrySet()) {
            BusTime time = time(map, baud);
            List<Request.Read> reads = new BlockPlanner(map.readable(), List.of(), time).plan(group.getValue());
            Duration needed = reads.stream().map(time::of).reduce(Duration.ZERO, Duration::plus);
            share += (double) needed.toNanos() / group.getKey().toNanos();
            parts.add(needed.toMillis() + " ms in " + reads.size() + (reads.size() == 1 ? " frame" : " frames")
                    + " every " + TemplateText.text(group.getKey()));
        }
        return String.format(
                Locale.ROOT, "at %d baud: %s; %.1f %% of the line", baud, String.join(", ", parts), 100 * share);
    }

    private static BusTime time(RegisterMap map, int baud) {
        Duration character = Duration.ofNanos(Math.round(BITS * 1e9 / baud));
        // spec: Modbus over serial line 1.02, 2.5.1.1: 3.5 characters, above 19200 baud 1.75 ms
        Duration silence = baud > 19_200
                ? Duration.ofNanos(1_750_000)
                : character.multipliedBy(7).dividedBy(2);
        return new BusTime(
                Framing.RTU, character, silence, map.turnaround().isZero() ? USUAL_TURNAROUND : map.turnaround());
    }
}
