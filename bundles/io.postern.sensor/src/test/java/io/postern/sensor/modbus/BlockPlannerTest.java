// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockPlannerTest {
    /** 9600 baud, 8E1: 11 bits a character, 3.5 characters of silence. */
    private static final BusTime AT_9600 =
            new BusTime(Framing.RTU, Duration.ofNanos(1_145_833), Duration.ofNanos(4_010_416), Duration.ofMillis(5));

    @Test
    void aBlockOf125CarriesTenTimesWhatSingleReadsDo() {
        List<Span> registers = IntStream.range(0, 125)
                .mapToObj(address -> span(Space.HOLDING, address, 1))
                .toList();
        Duration single = registers.stream()
                .map(each -> AT_9600.of(new Request.Read(each)))
                .reduce(Duration.ZERO, Duration::plus);

        List<Request.Read> plan = planner(List.of()).plan(registers);

        assertThat(plan).containsExactly(read(Space.HOLDING, 0, 125));
        // 8 octets asked, 255 answered: 263 characters, silence and turnaround
        assertThat(AT_9600.of(plan.getFirst())).isBetween(Duration.ofMillis(310), Duration.ofMillis(311));
        assertThat((double) single.toNanos() / AT_9600.of(plan.getFirst()).toNanos())
                .isGreaterThan(10);
    }

    @Test
    void neighboursShareAFrameAndStrangersDoNot() {
        assertThat(planner(List.of())
                        .plan(List.of(
                                span(Space.HOLDING, 4, 1),
                                span(Space.INPUT, 3, 1),
                                span(Space.HOLDING, 0, 1),
                                span(Space.HOLDING, 1, 2),
                                span(Space.HOLDING, 1, 2)))) // two bits of it
                .containsExactly(read(Space.HOLDING, 0, 3), read(Space.HOLDING, 4, 1), read(Space.INPUT, 3, 1));
    }

    @Test
    void aGapIsReadWhenItMayBeAndCostsLessThanAnotherFrame() {
        List<Span> near = List.of(span(Space.INPUT, 0, 2), span(Space.INPUT, 12, 2));
        List<Span> far = List.of(span(Space.INPUT, 0, 2), span(Space.INPUT, 13, 2));
        List<Span> range = List.of(span(Space.INPUT, 0, 81));

        // a frame more costs 4 + 5 ms and 13 characters, 23.9 ms: as much as 10.4 registers
        assertThat(planner(range).plan(near)).containsExactly(read(Space.INPUT, 0, 14));
        assertThat(planner(range).plan(far)).containsExactly(read(Space.INPUT, 0, 2), read(Space.INPUT, 13, 2));
        assertThat(planner(List.of()).plan(near)).hasSize(2);
        assertThat(planner(List.of(span(Space.INPUT, 0, 11))).plan(near)).hasSize(2);
        var socket = new BusTime(Framing.TCP, Duration.ZERO, Duration.ZERO, Duration.ofMillis(5));
        assertThat(new BlockPlanner(range, List.of(), socket).plan(far)).containsExactly(read(Space.INPUT, 0, 15));
    }

    @Test
    void aFieldIsNeverTornApart() {
        List<Span> wide = IntStream.range(0, 63)
                .mapToObj(i -> span(Space.INPUT, 2 * i, 2))
                .toList();

        List<Request.Read> plan = planner(List.of()).plan(wide);

        assertThat(plan).hasSize(2);
        assertThat(wide)
                .allMatch(field -> plan.stream().anyMatch(block -> block.span().covers(field)));
    }

    @Test
    void bitsAreAsManyAsTwoThousandInOneFrame() {
        List<Span> bits = IntStream.range(0, 2_001)
                .mapToObj(address -> span(Space.COIL, address, 1))
                .toList();

        assertThat(planner(List.of()).plan(bits)).hasSize(2);
        assertThat(planner(List.of()).plan(bits.subList(0, 2_000))).containsExactly(read(Space.COIL, 0, 2_000));
    }

    @Test
    void whatTheUnitHasRefusedIsNotAskedForAgain() {
        List<Span> fields = IntStream.range(0, 6)
                .mapToObj(address -> span(Space.INPUT, address, 1))
                .toList();
        var planner = new BlockPlanner(List.of(), List.of(span(Space.INPUT, 2, 2)), AT_9600);

        assertThat(planner.plan(fields)).containsExactly(read(Space.INPUT, 0, 3), read(Space.INPUT, 3, 3));
    }

    @Test
    void noOtherPartitionIsFaster() {
        var random = new Random(20_261_122);
        for (int round = 0; round < 400; round++) {
            List<Span> fields = fields(random);
            List<Span> readable = random.nextBoolean() ? List.of(span(Space.INPUT, 0, 60)) : List.of();
            var planner = new BlockPlanner(readable, List.of(), AT_9600);

            long planned =
                    time(planner.plan(fields).stream().map(Request.Read::span).toList());
            assertThat(planned)
                    .as("%s, readable %s", fields, readable)
                    .isEqualTo(fastest(fields, new ArrayList<>(), !readable.isEmpty()));
        }
    }

    private static List<Span> fields(Random random) {
        List<Span> fields = new ArrayList<>();
        int address = 0;
        int count = 1 + random.nextInt(7);
        for (int i = 0; i < count; i++) {
            address += random.nextInt(3) == 0 ? random.nextInt(14) : 0;
            int width = 1 << random.nextInt(3);
            fields.add(span(Space.INPUT, address, width));
            address += width;
        }
        return fields;
    }

    /** Tries every partition: each next field joins one of the blocks there are, or begins one. */
    private static long fastest(List<Span> fields, List<List<Span>> blocks, boolean gaps) {
        if (fields.isEmpty()) {
            boolean allowed = gaps || blocks.stream().allMatch(BlockPlannerTest::isWithoutGap);
            return allowed
                    ? time(blocks.stream()
                            .map(block -> block.getFirst().through(block.getLast()))
                            .toList())
                    : Long.MAX_VALUE;
        }
        long best = Long.MAX_VALUE;
        List<Span> rest = fields.subList(1, fields.size());
        for (int i = 0; i <= blocks.size(); i++) {
            List<List<Span>> with = new ArrayList<>(blocks);
            List<Span> block = new ArrayList<>(i < blocks.size() ? with.remove(i) : List.of());
            block.add(fields.getFirst());
            with.add(block);
            best = Math.min(best, fastest(rest, with, gaps));
        }
        return best;
    }

    private static boolean isWithoutGap(List<Span> block) {
        return IntStream.range(1, block.size())
                .allMatch(i -> block.get(i - 1).end() == block.get(i).address());
    }

    private static long time(List<Span> blocks) {
        return blocks.stream()
                .mapToLong(block -> AT_9600.of(new Request.Read(block)).toNanos())
                .sum();
    }

    private static BlockPlanner planner(List<Span> readable) {
        return new BlockPlanner(readable, List.of(), AT_9600);
    }

    private static Span span(Space space, int address, int count) {
        return new Span(space, address, count);
    }

    private static Request.Read read(Space space, int address, int count) {
        return new Request.Read(span(space, address, count));
    }
}
