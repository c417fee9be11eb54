// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.AmqpMessage;
import io.postern.cloud.endpoint.amqp.AttachedLink;
import io.postern.cloud.endpoint.amqp.Disposition;
import io.postern.cloud.endpoint.amqp.Outlet;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.CloseReason;
import io.postern.cloud.hub.DeviceConnection;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.EventStream;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.Telemetry;
import io.postern.cloud.hub.events.EventReader;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.Await;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.hub.PropertyBag;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventFeedTest {
    private static final HubName NAME = HubName.of("hub.feed.test");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int EVENTS = 300;

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final Refusals refusals = new Refusals(clock, new SecureRandom(), "192.0.2.7:40000");
    private final AtomicReference<Optional<String>> flaw = new AtomicReference<>(Optional.empty());

    @TempDir
    Path directory;

    private Database database;
    private Hub hub;
    private EventStream events;
    private int partition;

    @BeforeEach
    void open() throws Exception {
        database = Database.open(directory.resolve("hub.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
        hub = Hub.open(HubSettings.of(NAME), database, sealer, clock, new SecureRandom());
        events = hub.events();
        var meter = DeviceId.of("meter-1");
        partition = events.partitionOf(meter);
        hub.identities().create(IdentityDraft.of(meter));
        say(hub.identities().find(meter).orElseThrow());
    }

    @AfterEach
    void close() {
        hub.close();
        database.close();
    }

    /** A client's end that takes only as many as it has room for. */
    private static final class Narrow implements Outlet {
        final List<AmqpMessage> taken = new CopyOnWriteArrayList<>();
        final List<AmqpError> ends = new CopyOnWriteArrayList<>();
        final AtomicInteger room;

        Narrow(int room) {
            this.room = new AtomicInteger(room);
        }

        @Override
        public boolean offer(AmqpMessage message) {
            if (room.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
                return false;
            }
            taken.add(message);
            return true;
        }

        @Override
        public boolean offer(AmqpMessage message, Consumer<Disposition> told) {
            return offer(message);
        }

        @Override
        public void send(AmqpMessage message) {
            offer(message);
        }

        @Override
        public boolean isAttached() {
            return ends.isEmpty();
        }

        @Override
        public int room() {
            return room.get();
        }

        @Override
        public void detach(AmqpError why) {
            ends.add(why);
        }

        @Override
        public void detachWith(Collection<AttachedLink> others, AmqpError why) {
            others.forEach(other -> other.detach(why));
            detach(why);
        }
    }

    @Test
    void aReaderWithoutRoomIsGivenNothingAndOneWithALittleALittle() {
        var outlet = new Narrow(3);
        EventFeed feed = feed(0);
        feed.attached(outlet);
        Await.until(PATIENCE, "the room to be filled", () -> outlet.taken.size() == 3);

        outlet.room.set(EVENTS);
        feed.ready();
        Await.until(PATIENCE, "the rest", () -> outlet.taken.size() == EVENTS);

        assertThat(outlet.taken)
                .extracting(message -> message.annotations().get("x-opt-sequence-number"))
                .containsExactlyElementsOf(
                        LongStream.range(0, EVENTS).mapToObj(Object.class::cast).toList());
        feed.detached();
    }

    @Test
    void aReaderWhoseTokenOpensNothingMoreIsSentAway() {
        var outlet = new Narrow(0);
        EventFeed feed = feed(0);
        feed.attached(outlet);
        flaw.set(Optional.of("expired"));
        Await.until(PATIENCE, "the end", () -> !outlet.ends.isEmpty());

        assertThat(outlet.ends.getFirst().condition()).isEqualTo(AmqpError.UNAUTHORIZED);
        assertThat(outlet.ends.getFirst().description()).doesNotContain("expired");
    }

    @Test
    void whoeverIsDisplacedBeforeTheLinkIsAttachedIsSentAwayThen() {
        EventFeed feed = feed(0);
        feed.ended(EventReader.End.DISPLACED);
        var outlet = new Narrow(1);
        feed.attached(outlet);

        assertThat(outlet.ends).extracting(AmqpError::condition).containsExactly("amqp:link:stolen");
        assertThat(outlet.taken).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "amqp.annotation.x-opt-offset",
                "amqp.annotation.x-opt-offset < '3'",
                "amqp.annotation.x-opt-offset > '-2'",
                "amqp.annotation.x-opt-offset > '3",
                "amqp.annotation.x-opt-offset > '3' OR 1 = 1",
                "amqp.annotation.x-opt-offset > '99999999999999999999'",
                "amqp.annotation.x-opt-colour > '3'",
                "amqp.annotation.x-opt-sequence-number > '301'"
            })
    void aFilterThatIsNoneOrPointsBehindTheEndIsRefused(String selector) {
        assertThatThrownBy(() -> start(selector)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void filtersOfOtherKindsAreRefused() {
        assertThatThrownBy(() -> StartingPoint.of(Map.of("apache.org:selector-filter:string", 3), events, partition))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> StartingPoint.of(Map.of("other", "x"), events, partition))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFilterSaysWhereToBegin() {
        assertThat(StartingPoint.of(Map.of(), events, partition)).isZero();
        assertThat(start("amqp.annotation.x-opt-offset > '-1'")).isZero();
        assertThat(start("amqp.annotation.x-opt-offset > '@latest'")).isEqualTo(EVENTS);
        assertThat(start("amqp.annotation.x-opt-offset >= '17'")).isEqualTo(17);
        assertThat(start("amqp.annotation.x-opt-sequence-number >17")).isEqualTo(18);
        assertThat(start("amqp.annotation.x-opt-sequence-number > '299'")).isEqualTo(EVENTS);
        long now = clock.instant().toEpochMilli();
        assertThat(start("amqp.annotation.x-opt-enqueued-time >= '" + now + "'"))
                .isZero();
        assertThat(start("amqp.annotation.x-opt-enqueued-time > '" + now + "'")).isEqualTo(EVENTS);
    }

    private long start(String selector) {
        return StartingPoint.of(Map.of("apache.org:selector-filter:string", selector), events, partition);
    }

    private EventFeed feed(long first) {
        return new EventFeed(events, partition, first, flaw::get, refusals);
    }

    private void say(DeviceIdentity meter) throws Exception {
        SasToken token = SasToken.sign(
                ResourceUri.device(NAME, meter.deviceId()),
                clock.instant().plusSeconds(60),
                Optional.empty(),
                meter.keys().primary()::hmacSha256);
        var admitted =
                (AccessDecision.Allowed<Principal.Device>) hub.gatekeeper().admitDevice(token, meter.deviceId());
        try (DeviceSession session =
                hub.connect(admitted.principal(), Optional.empty(), new Deaf()).orElseThrow()) {
            session.accept(Collections.nCopies(EVENTS, new Telemetry(PropertyBag.EMPTY, Bytes.utf8("x"))));
        }
    }

    /** A connection of a device that wants to hear nothing. */
    private record Deaf() implements DeviceConnection {
        @Override
        public void close(CloseReason reason) {
            // nothing is open
        }

        @Override
        public void desiredChanged(JsonObject patch, long version) {
            // not subscribed
        }
    }
}
