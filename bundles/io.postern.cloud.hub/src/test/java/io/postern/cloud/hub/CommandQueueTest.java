// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.commands.CommandQueue;
import io.postern.cloud.hub.commands.CommandSettings;
import io.postern.cloud.hub.commands.FeedbackBatch;
import io.postern.cloud.hub.commands.FeedbackQueue;
import io.postern.cloud.hub.commands.FeedbackRecord;
import io.postern.cloud.hub.commands.LockToken;
import io.postern.cloud.hub.commands.LockedCommand;
import io.postern.cloud.hub.commands.Outcome;
import io.postern.cloud.hub.commands.SendReply;
import io.postern.cloud.hub.commands.Settlement;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("HUB-09")
class CommandQueueTest {
    private static final Duration LOCK = Duration.ofMinutes(1);
    private static final int MOST_DELIVERIES = 3;

    @TempDir
    Path directory;

    private HubFixture fixture;
    private CommandQueue commands;
    private FeedbackQueue feedback;
    private DeviceIdentity identity;
    private DeviceId meter;

    @BeforeEach
    void open() throws IOException {
        fixture = new HubFixture(directory, new HubSettings(HubFixture.NAME, Duration.ZERO, 1_000));
        fixture.hub.close(); // its own queue would sweep when the wall clock says so, not when the test does
        commands = CommandQueue.open(
                fixture.database,
                new CommandSettings(Duration.ofHours(1), LOCK, MOST_DELIVERIES),
                fixture.clock,
                new SecureRandom());
        feedback = commands.feedback();
        identity = fixture.hub.identities().find(DeviceId.of("meter-1")).orElseGet(() -> fixture.device("meter-1"));
        meter = identity.deviceId();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void commandsComeInTheOrderTheyWereSentWithAllTheySay() {
        var properties = PropertyBag.EMPTY.with("$.ct", "text/plain").with("unit", "kW");
        send(new Command(Optional.of("first"), properties, Bytes.utf8("open"), Optional.empty(), Acknowledgement.FULL));
        send("second");

        LockedCommand first = take();
        assertThat(first.messageId()).isEqualTo("first");
        assertThat(first.properties()).isEqualTo(properties);
        assertThat(first.body().toUtf8()).isEqualTo("open");
        assertThat(first.acknowledgement()).isEqualTo(Acknowledgement.FULL);
        assertThat(first.deliveries()).isZero();
        assertThat(first.enqueued()).isEqualTo(HubFixture.START);
        assertThat(first.expires()).isEqualTo(HubFixture.START.plus(Duration.ofHours(1)));
        assertThat(first.lockedUntil()).isEqualTo(HubFixture.START.plus(LOCK));
        LockedCommand second = take();
        assertThat(second.body().toUtf8()).isEqualTo("second");
        assertThat(second.messageId()).isNotEmpty();
        assertThat(second.sequence()).isGreaterThan(first.sequence());
        assertThat(commands.take(meter, LOCK)).isEmpty();
    }

    @Test
    void aCompletedCommandIsGoneAndItsTokenIsGoodOnce() {
        send("once");
        LockedCommand taken = take();
        assertThat(commands.pending(meter)).isEqualTo(1);

        assertThat(commands.settle(meter, taken.token(), Settlement.COMPLETE)).isTrue();
        assertThat(commands.pending(meter)).isZero();
        assertThat(commands.settle(meter, taken.token(), Settlement.COMPLETE)).isFalse();
        assertThat(commands.settle(meter, taken.token(), Settlement.ABANDON)).isFalse();
    }

    @Test
    void aTokenOfAnotherDeviceSettlesNothing() {
        DeviceId other = fixture.device("meter-2").deviceId();
        send("mine");
        LockedCommand taken = take();

        assertThat(commands.take(other, LOCK)).isEmpty();
        assertThat(commands.settle(other, taken.token(), Settlement.COMPLETE)).isFalse();
        assertThat(commands.settle(meter, new LockToken("no-such-token"), Settlement.COMPLETE))
                .isFalse();
        assertThat(commands.pending(meter)).isEqualTo(1);
    }

    @Test
    void anAbandonedCommandComesAgainInItsPlaceAndCounts() {
        send("a");
        send("b");
        LockedCommand first = take();
        take();

        assertThat(commands.settle(meter, first.token(), Settlement.ABANDON)).isTrue();

        LockedCommand again = take();
        assertThat(again.body().toUtf8()).isEqualTo("a");
        assertThat(again.deliveries()).isEqualTo(1);
        assertThat(again.token()).isNotEqualTo(first.token());
    }

    @Test
    void aLockLapsesWhenItsTimeIsOverAndTheDeliveryCounts() {
        send("slow");
        LockedCommand taken = take();

        fixture.clock.advance(LOCK.minusMillis(1));
        assertThat(commands.take(meter, LOCK)).isEmpty();
        fixture.clock.advance(Duration.ofMillis(1));
        assertThat(commands.settle(meter, taken.token(), Settlement.COMPLETE)).isFalse();

        LockedCommand again = take();
        assertThat(again.deliveries()).isEqualTo(1);
        assertThat(commands.settle(meter, again.token(), Settlement.COMPLETE)).isTrue();
    }

    @Test
    void theSweepTellsOfACommandWhoseLockHasLapsed() {
        List<DeviceId> told = new ArrayList<>();
        send("slow");
        take();
        commands.onWaiting(told::add);

        commands.sweep();
        assertThat(told).isEmpty();
        fixture.clock.advance(LOCK);
        commands.sweep();
        assertThat(told).containsExactly(meter);
    }

    @Test
    void whatIsDeliveredTooOftenInVainIsGivenUp() {
        send(asking(Acknowledgement.NEGATIVE, "poison"));
        for (int i = 0; i < MOST_DELIVERIES; i++) {
            assertThat(commands.settle(meter, take().token(), Settlement.ABANDON))
                    .isTrue();
        }

        assertThat(commands.take(meter, LOCK)).isEmpty();
        assertThat(commands.pending(meter)).isZero();
        assertThat(told()).extracting(FeedbackRecord::outcome).containsExactly(Outcome.DELIVERY_COUNT_EXCEEDED);
    }

    @Test
    void aCommandExpiresAtItsOwnTimeOrTheHubs() {
        Instant soon = fixture.clock.instant().plusSeconds(90);
        send(new Command(
                Optional.of("own"), PropertyBag.EMPTY, Bytes.utf8("x"), Optional.of(soon), Acknowledgement.FULL));
        send(asking(Acknowledgement.FULL, "hubs"));

        fixture.clock.set(soon.minusMillis(1));
        commands.sweep();
        assertThat(commands.pending(meter)).isEqualTo(2);
        fixture.clock.set(soon);
        assertThat(take().messageId()).isEqualTo("hubs"); // an expired one is not delivered, swept or not
        commands.sweep();
        assertThat(commands.pending(meter)).isEqualTo(1);
        assertThat(told()).singleElement().satisfies(record -> {
            assertThat(record.messageId()).isEqualTo("own");
            assertThat(record.outcome()).isEqualTo(Outcome.EXPIRED);
        });
    }

    @Test
    void aCommandInTheDevicesHandsMayStillBeCompletedAfterItsEnd() {
        Instant soon = fixture.clock.instant().plusSeconds(30);
        Command command = new Command(
                Optional.of("m"), PropertyBag.EMPTY, Bytes.utf8("x"), Optional.of(soon), Acknowledgement.FULL);
        send(command);
        send(command);
        LockedCommand held = take();
        take();
        fixture.clock.set(soon.plusSeconds(1));
        commands.sweep();

        assertThat(commands.settle(meter, held.token(), Settlement.COMPLETE)).isTrue();
        fixture.clock.advance(LOCK); // the other lock lapses: nobody will deliver that one any more
        commands.sweep();
        assertThat(commands.pending(meter)).isZero();
        assertThat(told()).extracting(FeedbackRecord::outcome).containsExactly(Outcome.SUCCESS, Outcome.EXPIRED);
    }

    @Test
    void noMoreThanFiftyWaitDeliveredOnesIncluded() {
        fixture.database.together(() -> {
            IntStream.range(0, CommandQueue.MOST_PENDING).forEach(i -> send("c" + i));
            return 0;
        });
        LockedCommand first = take();

        assertThat(commands.send(meter, asking(Acknowledgement.NONE, "one more")))
                .isEqualTo(new SendReply.QueueFull(meter, 50));
        assertThat(commands.pending(meter)).isEqualTo(50);
        commands.settle(meter, first.token(), Settlement.REJECT);
        assertThat(commands.send(meter, asking(Acknowledgement.NONE, "now"))).isInstanceOf(SendReply.Accepted.class);
        assertThat(commands.send(fixture.device("meter-2").deviceId(), asking(Acknowledgement.NONE, "other")))
                .isInstanceOf(SendReply.Accepted.class);
    }

    @Test
    void whatIsTooLargeTooManyOrTooLateIsTheSendersMistake() {
        var full = new Command(
                Optional.of("m"),
                PropertyBag.EMPTY.with("k", "v"),
                Bytes.of(new byte[Command.LARGEST - 3]),
                Optional.empty(),
                Acknowledgement.NONE);
        send(full);
        assertThatThrownBy(() -> commands.send(
                        meter,
                        new Command(
                                Optional.of("mm"),
                                full.properties(),
                                full.body(),
                                Optional.empty(),
                                Acknowledgement.NONE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("this one 65537");
        SequencedMap<String, String> many = new LinkedHashMap<>();
        IntStream.range(0, 65).forEach(i -> many.put("k" + i, ""));
        assertThatThrownBy(() -> commands.send(
                        meter,
                        new Command(
                                Optional.empty(),
                                new PropertyBag(many),
                                Bytes.EMPTY,
                                Optional.empty(),
                                Acknowledgement.NONE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 64 properties");
        assertThatThrownBy(() -> commands.send(
                        meter,
                        new Command(
                                Optional.empty(),
                                PropertyBag.EMPTY,
                                Bytes.EMPTY,
                                Optional.of(HubFixture.START
                                        .plus(Duration.ofDays(2))
                                        .plusSeconds(1)),
                                Acknowledgement.NONE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("within 2 days");
        assertThat(commands.pending(meter)).isEqualTo(1);
    }

    @Test
    void nobodySendsToADeviceThatDoesNotExist() {
        DeviceId nobody = DeviceId.of("METER-1");
        assertThat(commands.send(nobody, asking(Acknowledgement.FULL, "x"))).isEqualTo(new SendReply.NoDevice(nobody));
        assertThat(commands.purge(nobody)).isEmpty();
        assertThat(commands.take(nobody, LOCK)).isEmpty();
    }

    @Test
    void deletingADeviceDeletesItsQueueAndTheNextOfThatNameStartsEmpty() {
        send("old");
        LockedCommand old = take();
        fixture.hub.identities().delete(meter, IfMatch.ANY);
        commands.forget(meter);
        assertThat(commands.pending(meter)).isZero();

        fixture.device("meter-1");
        send("new");
        assertThat(commands.settle(meter, old.token(), Settlement.COMPLETE)).isFalse();
        assertThat(take().body().toUtf8()).isEqualTo("new");
    }

    @Test
    void purgingThrowsAwayAllAndTellsSoThoseWhoAsked() {
        send(asking(Acknowledgement.FULL, "a"));
        send(asking(Acknowledgement.POSITIVE, "b"));
        send(asking(Acknowledgement.NEGATIVE, "c"));
        LockedCommand held = take();

        assertThat(commands.purge(meter)).contains(3);
        assertThat(commands.purge(meter)).contains(0);
        assertThat(commands.settle(meter, held.token(), Settlement.COMPLETE)).isFalse();
        assertThat(told()).extracting(FeedbackRecord::messageId).containsExactly("a", "c");
    }

    @ParameterizedTest
    @EnumSource(Acknowledgement.class)
    void aSenderHearsOfTheOutcomesHeAskedFor(Acknowledgement asked) {
        send(asking(asked, "done"));
        send(asking(asked, "refused"));
        commands.settle(meter, take().token(), Settlement.COMPLETE);
        commands.settle(meter, take().token(), Settlement.REJECT);

        assertThat(told())
                .extracting(FeedbackRecord::messageId)
                .containsExactlyElementsOf(
                        switch (asked) {
                            case NONE -> List.of();
                            case POSITIVE -> List.of("done");
                            case NEGATIVE -> List.of("refused");
                            case FULL -> List.of("done", "refused");
                        });
    }

    @Test
    void acceptedCommandsAndFeedbackAreThereAfterARestartAndLocksAreNot() throws IOException {
        send(asking(Acknowledgement.FULL, "waits"));
        send(asking(Acknowledgement.FULL, "done"));
        LockedCommand held = take();
        commands.settle(meter, take().token(), Settlement.COMPLETE);
        feedback(); // locks the batch
        fixture.close();
        open();

        assertThat(commands.settle(meter, held.token(), Settlement.COMPLETE)).isFalse();
        LockedCommand again = take();
        assertThat(again.messageId()).isEqualTo("waits");
        assertThat(again.deliveries()).isZero();
        assertThat(told()).extracting(FeedbackRecord::messageId).containsExactly("done");
    }

    @Test
    void countsShowForManyDevicesAtOnce() {
        DeviceId second = fixture.device("meter-2").deviceId();
        fixture.device("meter-3");
        send("a");
        send("b");
        commands.send(second, asking(Acknowledgement.NONE, "c"));

        assertThat(commands.pending(meter, DeviceId.of("meter-3")))
                .containsOnly(Map.entry(meter, 2), Map.entry(second, 1));
        assertThat(commands.pending(second, second)).containsOnlyKeys(second);
    }

    @Test
    void nobodyLocksForLessThanFiveSecondsOrMoreThanFiveMinutes() {
        for (long millis : List.of(4_999L, 300_001L)) {
            assertThatThrownBy(() -> commands.take(meter, Duration.ofMillis(millis)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("5 to 300 seconds");
        }
    }

    @Test
    void feedbackWaitsForSixtyFourRecordsOrFifteenSeconds() {
        List<String> ready = new ArrayList<>();
        feedback.onReady(() -> ready.add("ready"));
        send(asking(Acknowledgement.FULL, "first"));
        commands.settle(meter, take().token(), Settlement.COMPLETE);
        assertThat(feedback.take()).isEmpty();

        fixture.clock.advance(FeedbackQueue.PATIENCE.minusMillis(1));
        commands.sweep();
        assertThat(feedback.take()).isEmpty();
        assertThat(ready).isEmpty();
        fixture.clock.advance(Duration.ofMillis(1));
        commands.sweep();
        assertThat(ready).hasSize(1);
        FeedbackBatch batch = feedback.take().orElseThrow();
        assertThat(batch.records())
                .containsExactly(
                        new FeedbackRecord("first", Outcome.SUCCESS, meter, identity.generationId(), HubFixture.START));
        assertThat(feedback.take()).isEmpty();
        assertThat(feedback.complete(batch.token())).isTrue();

        fixture.database.together(() -> {
            for (int i = 0; i < 70; i++) {
                send(asking(Acknowledgement.FULL, "m" + i));
                commands.settle(meter, take().token(), Settlement.COMPLETE);
            }
            return 0;
        });
        assertThat(ready).hasSizeGreaterThan(1);
        assertThat(feedback.take().orElseThrow().records()).hasSize(64);
        assertThat(feedback.take()).isEmpty(); // six records wait for company
    }

    @Test
    void aBatchThatIsAbandonedOrHeldTooLongComesAgain() {
        send(asking(Acknowledgement.FULL, "m"));
        commands.settle(meter, take().token(), Settlement.COMPLETE);
        FeedbackBatch first = feedback();
        assertThat(feedback.abandon(first.token())).isTrue();
        assertThat(feedback.abandon(first.token())).isFalse();

        FeedbackBatch second = feedback.take().orElseThrow();
        assertThat(second.records()).isEqualTo(first.records());
        fixture.clock.advance(FeedbackQueue.LOCK);
        assertThat(feedback.complete(second.token())).isFalse();
        commands.sweep();
        FeedbackBatch third = feedback.take().orElseThrow();
        assertThat(third.records()).isEqualTo(first.records());
        assertThat(feedback.complete(third.token())).isTrue();
        assertThat(feedback.complete(third.token())).isFalse();
        assertThat(feedback.size()).isZero();
    }

    @Test
    void feedbackNobodyFetchesIsThrownAwayAfterTwoDays() {
        send(asking(Acknowledgement.FULL, "m"));
        commands.settle(meter, take().token(), Settlement.COMPLETE);
        fixture.clock.advance(Duration.ofDays(2));
        commands.sweep();
        assertThat(feedback.size()).isEqualTo(1);
        fixture.clock.advance(Duration.ofMillis(1));
        commands.sweep();
        assertThat(feedback.size()).isZero();
    }

    private void send(String body) {
        send(new Command(
                Optional.empty(), PropertyBag.EMPTY, Bytes.utf8(body), Optional.empty(), Acknowledgement.NONE));
    }

    private void send(Command command) {
        assertThat(commands.send(meter, command)).isInstanceOf(SendReply.Accepted.class);
    }

    private static Command asking(Acknowledgement acknowledgement, String messageId) {
        return new Command(
                Optional.of(messageId), PropertyBag.EMPTY, Bytes.utf8("x"), Optional.empty(), acknowledgement);
    }

    private LockedCommand take() {
        return commands.take(meter, LOCK).orElseThrow();
    }

    private FeedbackBatch feedback() {
        fixture.clock.advance(FeedbackQueue.PATIENCE);
        return feedback.take().orElseThrow();
    }

    /** All feedback there is, and takes it away. */
    private List<FeedbackRecord> told() {
        fixture.clock.advance(FeedbackQueue.PATIENCE);
        return feedback.take()
                .map(batch -> {
                    feedback.complete(batch.token());
                    return batch.records();
                })
                .orElse(List.of());
    }
}
