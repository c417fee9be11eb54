// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LeafRulesTest {
    /** Each row a state, each column what the event of the header makes of it; a full stop says that it stays. */
    private static final List<String> TABLE = List.of(
            "             started  identified    referred trusted  matched  differed  read silent   rested      retired",
            "seen         .        fingerprinted .        .        .        .         .    .        .           tombstoned",
            "fingerprinted seen    .             pending: approved .        .         .    .        .           tombstoned",
            "pending:     .        .             .        approved .        .         .    .        .           tombstoned",
            "pending:old  .        .             .        approved approved pending:x .    .        .           tombstoned",
            "approved     .        .             .        .        .        pending:x live stale:x  quarantined tombstoned",
            "live         approved .             .        .        .        pending:x .    stale:x  quarantined tombstoned",
            "stale:old    approved .             .        .        .        pending:x live .        quarantined tombstoned",
            "quarantined  approved .             .        .        .        pending:x live .        .           tombstoned",
            "tombstoned   .        .             .        .        .        .         .    .        .           .");

    static Stream<List<String>> cells() {
        List<String> events = words(TABLE.getFirst());
        return TABLE.stream().skip(1).map(LeafRulesTest::words).flatMap(row -> Stream.iterate(0, i -> i + 1)
                .limit(events.size())
                .map(i -> List.of(row.getFirst(), events.get(i), row.get(i + 1))));
    }

    @ParameterizedTest
    @MethodSource("cells")
    void eachEventLeadsFromEachStateWhereTheTableSays(List<String> cell) {
        LeafState from = state(cell.getFirst());
        LeafState expected = cell.get(2).equals(".") ? from : state(cell.get(2));
        assertThat(LeafRules.next(from, event(cell.get(1)))).isEqualTo(expected);
    }

    @Test
    void theTableHoldsEveryStateAndEveryEvent() {
        assertThat(cells().map(cell -> name(state(cell.getFirst()).getClass())).distinct())
                .containsExactlyInAnyOrderElementsOf(names(LeafState.class));
        assertThat(cells().map(cell -> name(event(cell.get(1)).getClass())).distinct())
                .containsExactlyInAnyOrderElementsOf(names(LeafEvent.class));
    }

    private static List<String> names(Class<?> sealed) {
        return Stream.of(sealed.getPermittedSubclasses())
                .map(LeafRulesTest::name)
                .toList();
    }

    private static String name(Class<?> one) {
        return one.getSimpleName();
    }

    @ParameterizedTest
    @CsvSource({
        "seen, false",
        "fingerprinted, false",
        "pending:, false",
        "pending:x, false",
        "approved, true",
        "live, true",
        "stale:x, true",
        "quarantined, true",
        "tombstoned, false"
    })
    void onlyALeafWhoseInstrumentWasApprovedMaySpeak(String state, boolean speaks) {
        assertThat(state(state).maySpeak()).isEqualTo(speaks);
    }

    private static List<String> words(String row) {
        return List.of(row.strip().split(" +"));
    }

    private static LeafState state(String text) {
        String[] parts = text.split(":", 2);
        return LeafState.of(parts[0], parts.length > 1 ? parts[1] : "");
    }

    private static LeafEvent event(String name) {
        return switch (name) {
            case "started" -> new LeafEvent.Started();
            case "identified" -> new LeafEvent.Identified();
            case "referred" -> new LeafEvent.Referred();
            case "trusted" -> new LeafEvent.Trusted();
            case "matched" -> new LeafEvent.Matched();
            case "differed" -> new LeafEvent.Differed("x");
            case "read" -> new LeafEvent.Read();
            case "silent" -> new LeafEvent.Silent("x");
            case "rested" -> new LeafEvent.Rested();
            case "retired" -> new LeafEvent.Retired();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
