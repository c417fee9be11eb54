// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.events.ConsumerGroups.Creation;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.testkit.MovableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsumerGroupsTest {
    private static final ConsumerGroup ARCHIVE = ConsumerGroup.of("Archive");

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final List<String> ended = new ArrayList<>();

    @TempDir
    Path directory;

    private Database database;
    private ConsumerGroups groups;

    @BeforeEach
    void open() throws IOException {
        database = Databases.open(directory.resolve("hub.db"));
        groups = new ConsumerGroups(database, clock);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void theDefaultGroupIsThereAndStays() {
        assertThat(groups.all()).containsExactly(ConsumerGroup.DEFAULT);
        assertThat(groups.create(ConsumerGroup.of("$default"))).isEqualTo(Creation.EXISTED);
        assertThatIllegalArgumentException().isThrownBy(() -> groups.delete(ConsumerGroup.of("$DEFAULT")));
    }

    @Test
    void groupsOutliveARestartInTheirOrder() {
        assertThat(groups.create(ConsumerGroup.of("z-first"))).isEqualTo(Creation.CREATED);
        clock.advance(Duration.ofSeconds(1));
        assertThat(groups.create(ARCHIVE)).isEqualTo(Creation.CREATED);
        assertThat(groups.create(ConsumerGroup.of("ARCHIVE"))).isEqualTo(Creation.EXISTED);

        groups = new ConsumerGroups(database, clock);

        assertThat(groups.all()).extracting(ConsumerGroup::name).containsExactly("$Default", "z-first", "Archive");
        assertThat(groups.find(ConsumerGroup.of("archive")).orElseThrow().name())
                .isEqualTo("Archive");
        assertThat(groups.delete(ConsumerGroup.of("archive"))).isTrue();
        assertThat(groups.delete(ARCHIVE)).isFalse();
        assertThat(new ConsumerGroups(database, clock).find(ARCHIVE)).isEmpty();
    }

    @Test
    void thereAreNoMoreThanTwentyGroups() {
        IntStream.range(1, ConsumerGroups.MOST).forEach(i -> assertThat(groups.create(ConsumerGroup.of("g" + i)))
                .isEqualTo(Creation.CREATED));

        assertThat(groups.create(ARCHIVE)).isEqualTo(Creation.TOO_MANY);
        assertThat(groups.all()).hasSize(ConsumerGroups.MOST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a.", "$other", "a b", "a/b", "'; DROP TABLE hub_event"})
    void aNameThatIsNoneIsNamed(String name) {
        assertThatThrownBy(() -> ConsumerGroup.of(name)).hasMessageContaining("consumer group");
    }

    @Test
    void aNameHasAtMostFiftyCharacters() {
        assertThat(ConsumerGroup.of("a".repeat(50)).name()).hasSize(50);
        assertThatIllegalArgumentException().isThrownBy(() -> ConsumerGroup.of("a".repeat(51)));
    }

    @Test
    void fiveReadersShareAPartitionAndTheSixthWaitsForOneToLeave() {
        List<ReaderReply.Lease> leases =
                IntStream.range(0, 5).mapToObj(i -> reading("r" + i)).toList();

        assertThat(open("sixth", OptionalLong.empty())).isEqualTo(new ReaderReply.TooMany(5));
        assertThat(groups.open(ConsumerGroup.DEFAULT, 1, OptionalLong.empty(), ended("other partition")))
                .isInstanceOf(ReaderReply.Reading.class);
        leases.getFirst().close();
        leases.getFirst().close();
        assertThat(open("sixth", OptionalLong.empty())).isInstanceOf(ReaderReply.Reading.class);
        assertThat(open("seventh", OptionalLong.empty())).isInstanceOf(ReaderReply.TooMany.class);
        assertThat(ended).isEmpty();
    }

    @Test
    void theFirstReaderWithAnEpochDisplacesAllWithout() {
        reading("a");
        reading("b");

        assertThat(open("owner", OptionalLong.of(0))).isInstanceOf(ReaderReply.Reading.class);

        assertThat(ended).containsExactly("a DISPLACED", "b DISPLACED");
        assertThat(open("c", OptionalLong.empty())).isEqualTo(new ReaderReply.Outranked(0));
    }

    @Test
    void theHigherEpochWinsAndOfEqualOnesTheNewer() {
        ReaderReply.Lease first = lease(open("first", OptionalLong.of(3)));

        assertThat(open("lower", OptionalLong.of(2))).isEqualTo(new ReaderReply.Outranked(3));
        assertThat(open("equal", OptionalLong.of(3))).isInstanceOf(ReaderReply.Reading.class);
        assertThat(open("higher", OptionalLong.of(4))).isInstanceOf(ReaderReply.Reading.class);
        assertThat(ended).containsExactly("first DISPLACED", "equal DISPLACED");

        first.close(); // long displaced: takes nobody's place away
        assertThat(open("late", OptionalLong.of(3))).isEqualTo(new ReaderReply.Outranked(4));
    }

    @Test
    void whenTheOwnerLeavesReadersWithoutAnEpochMayComeAgain() {
        ReaderReply.Lease owner = lease(open("owner", OptionalLong.of(7)));
        owner.close();

        assertThat(open("a", OptionalLong.empty())).isInstanceOf(ReaderReply.Reading.class);
        assertThat(ended).isEmpty();
    }

    @Test
    void aDeletedGroupEndsItsReadersAndNoOthers() {
        groups.create(ARCHIVE);
        reading("of the default group");
        assertThat(groups.open(ARCHIVE, 0, OptionalLong.empty(), ended("archivist")))
                .isInstanceOf(ReaderReply.Reading.class);

        groups.delete(ARCHIVE);

        assertThat(ended).containsExactly("archivist GROUP_DELETED");
        assertThat(groups.open(ARCHIVE, 0, OptionalLong.empty(), ended("late")))
                .isEqualTo(new ReaderReply.UnknownGroup(ARCHIVE));
    }

    private ReaderReply.Lease reading(String name) {
        return lease(open(name, OptionalLong.empty()));
    }

    private ReaderReply open(String name, OptionalLong epoch) {
        return groups.open(ConsumerGroup.DEFAULT, 0, epoch, ended(name));
    }

    private EventReader ended(String name) {
        return why -> ended.add(name + " " + why);
    }

    private static ReaderReply.Lease lease(ReaderReply reply) {
        return ((ReaderReply.Reading) reply).lease();
    }
}
