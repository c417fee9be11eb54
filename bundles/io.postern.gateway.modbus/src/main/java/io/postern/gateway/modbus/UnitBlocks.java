// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import io.postern.gateway.spi.AnsweredException;
import io.postern.gateway.spi.Line;
import io.postern.sensor.modbus.Answer;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.BlockPlanner;
import io.postern.sensor.modbus.BusTime;
import io.postern.sensor.modbus.Field;
import io.postern.sensor.modbus.RegisterMap;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Span;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the fields of a unit in the fewest blocks, and remembers which blocks it refuses. A block that is refused is split
 * until it shows what the unit has; fields that it does not have are left out and said once. Used by the line's thread
 * alone.
 */
final class UnitBlocks {
    private static final Logger LOG = LoggerFactory.getLogger(UnitBlocks.class);
    private static final int ILLEGAL_ADDRESS = 2;
    private static final int ILLEGAL_VALUE = 3; // some say this of a count they find too large
    private static final Duration BELIEVED = Duration.ofMinutes(10); // a unit that was starting has more later
    private static final int MOST_PLANS = 16; // fields due together are few groups, by their period

    private final int unit;
    private final RegisterMap map;
    private final UnitClient client;
    private final LongSupplier nanoTime;
    private final List<Span> refused = new ArrayList<>();
    private final Set<Span> missing = new HashSet<>();
    private final Map<Set<Span>, List<Request.Read>> plans = new HashMap<>();
    private Set<Span> told = Set.of();
    private long learnt;

    UnitBlocks(int unit, RegisterMap map, UnitClient client, LongSupplier nanoTime) {
        this.unit = unit;
        this.map = map;
        this.client = client;
        this.nanoTime = nanoTime;
    }

    /** Asks for everything again, also for what was refused. */
    void forget() {
        refused.clear();
        missing.clear();
        plans.clear();
    }

    /**
     * What stands in the fields, in as many blocks as it takes; those of {@code fields} that the unit does not have are in
     * none.
     *
     * @throws AnsweredException when the unit has none of them
     */
    List<Block> fetch(Line.Channel channel, BusTime time, Collection<Field> fields)
            throws IOException, InterruptedException {
        if (!refused.isEmpty() && nanoTime.getAsLong() - learnt > BELIEVED.toNanos()) {
            forget();
        }
        Set<Span> wanted = new HashSet<>();
        fields.stream().map(Field::span).filter(span -> !missing.contains(span)).forEach(wanted::add);
        List<Block> blocks = fetch(channel, time, wanted);
        tell();
        if (blocks.isEmpty() && !fields.isEmpty()) {
            forget(); // a unit that has nothing at all is starting, or another: it is asked again
            throw new AnsweredException("unit " + unit + " refuses every register of "
                    + String.join(", ", fields.stream().map(Field::name).toList())
                    + " (exception 2): is this the right template for it?");
        }
        return blocks;
    }

    private List<Block> fetch(Line.Channel channel, BusTime time, Set<Span> wanted)
            throws IOException, InterruptedException {
        if (plans.size() >= MOST_PLANS) {
            plans.clear();
        }
        List<Request.Read> plan = plans.get(wanted);
        if (plan == null) {
            plan = new BlockPlanner(map.readable(), refused, time).plan(wanted);
            plans.put(Set.copyOf(wanted), plan);
        }
        List<Block> blocks = new ArrayList<>();
        for (Request.Read read : plan) {
            try {
                if (client.ask(channel, read) instanceof Answer.Data(Block block)) {
                    blocks.add(block);
                }
            } catch (RefusedException e) {
                blocks.addAll(split(channel, time, read.span(), wanted, e));
            }
        }
        return blocks;
    }

    private List<Block> split(Line.Channel channel, BusTime time, Span block, Set<Span> wanted, RefusedException why)
            throws IOException, InterruptedException {
        int code = why.code().code();
        List<Span> inside = wanted.stream()
                .filter(block::covers)
                .sorted(java.util.Comparator.comparing(Span::address))
                .toList();
        if (code != ILLEGAL_ADDRESS && (code != ILLEGAL_VALUE || inside.size() == 1)) {
            throw why;
        }
        if (refused.isEmpty()) {
            learnt = nanoTime.getAsLong();
        }
        refused.add(block);
        plans.clear();
        if (inside.size() == 1) {
            missing.add(inside.getFirst());
            return List.of();
        }
        int half = inside.size() / 2;
        List<Block> blocks = new ArrayList<>(fetch(channel, time, Set.copyOf(inside.subList(0, half))));
        blocks.addAll(fetch(channel, time, Set.copyOf(inside.subList(half, inside.size()))));
        return blocks;
    }

    private void tell() {
        if (missing.equals(told)) {
            return;
        }
        told = Set.copyOf(missing);
        if (told.isEmpty()) {
            LOG.atInfo().addKeyValue("unit", unit).log("the unit has all registers of its template");
            return;
        }
        LOG.atWarn()
                .addKeyValue("unit", unit)
                .addKeyValue(
                        "fields",
                        map.fields().values().stream()
                                .filter(field -> told.contains(field.span()))
                                .map(Field::name)
                                .toList())
                .log(
                        "the unit lacks registers of its template, their fields are left out; is it another version of it?");
    }
}
