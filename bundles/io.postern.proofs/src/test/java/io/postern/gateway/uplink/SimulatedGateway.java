// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.LeafDevice;
import io.postern.gateway.Priority;
import io.postern.gateway.Stamp;
import io.postern.gateway.TelemetryMessage;
import io.postern.gateway.downlink.Downlinks;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.TokenLink;
import io.postern.gateway.spi.Transport;
import io.postern.testkit.MovableClock;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * All of a gateway's way to its hub as the runtime puts it together, with the product's pauses: uplinks, tokens,
 * governors, transports. Only the links, the outbox and time are the test's.
 */
final class SimulatedGateway implements AutoCloseable {
    static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    static final HubName HUB = HubName.of("hub.uplink.test");
    private static final Secret KEY = Secret.utf8("the key of the policy tokenservice");

    final MovableClock clock;
    final AtomicInteger tokens = new AtomicInteger(); // asked for
    final Governor hub;
    final FallbackHubLink way;
    final List<Uplink> uplinks;
    private final SimulatedTime time;
    private final List<Governor> governors;

    /** @param links made when their turn comes; all of them are allowed, in the usual order */
    SimulatedGateway(MovableClock clock, List<DeviceId> leaves, Outbox outbox, Map<Transport, HubLink> links) {
        this.clock = clock;
        this.time = new SimulatedTime(clock);
        var random = new Random(11);
        hub = governor(random);
        Governor service = governor(random);
        governors = List.of(hub, service);
        var retry = new Retry(
                new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), random),
                new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(10), random),
                time::pause,
                hub,
                service,
                Retry.USUAL_PER_HOUR);
        Map<Transport, Supplier<HubLink>> made = new EnumMap<>(Transport.class);
        links.forEach((transport, link) -> made.put(transport, () -> link));
        way = new FallbackHubLink(
                new HubTransportOrder(List.of(), links.keySet(), 50),
                leaves::size,
                made,
                Optional.empty(),
                use -> {},
                new FallbackHubLink.Pauses(
                        new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1), random),
                        new Backoff(Duration.ofMinutes(2), Duration.ofHours(1), random)),
                clock::nanoTime);
        var ledger = new UplinkLedger(clock::nanoTime);
        var patient = new PatientOutbox(outbox, time, clock);
        uplinks = leaves.stream()
                .map(leaf -> new Uplink(
                        new LeafDevice(leaf, Optional.empty()),
                        HUB,
                        way,
                        patient,
                        new Transit(),
                        new LeafToken(leaf, this::token, new Known(), retry, ledger, clock, clock::nanoTime, random),
                        Downlinks.NONE,
                        retry,
                        (milestone, subject) -> {},
                        GatewayClock.confirmed(clock)))
                .toList();
        uplinks.forEach(Uplink::start);
    }

    private Governor governor(Random random) {
        return new Governor(Admission.Limits.DEFAULT, clock::nanoTime, random, time::await);
    }

    /** Returns when so much has passed. */
    void pass(Duration span) throws InterruptedException {
        time.pass(span, uplinks.size(), governors);
    }

    private TokenLink.Grant token(DeviceId leaf, TokenLink.Asker asker) {
        tokens.incrementAndGet();
        return new TokenLink.Grant.Granted(signed(ResourceUri.device(HUB, leaf), clock.instant()), Duration.ofHours(1));
    }

    static SasToken signed(ResourceUri resource, Instant now) {
        return SasToken.sign(resource, now.plus(Duration.ofHours(1)), Optional.of("tokenservice"), KEY::hmacSha256);
    }

    /** Ends at once, as a process that is killed. */
    @Override
    public void close() {
        uplinks.forEach(Uplink::interrupt);
        uplinks.forEach(Uplink::close);
        way.close();
    }

    /** A gateway that its token service knows. */
    private final class Known implements GatewayIdentity {
        @Override
        public HubName hub() {
            return HUB;
        }

        @Override
        public DeviceId device() {
            return DeviceId.of("gw-1");
        }

        @Override
        public Credential credential() {
            return new Credential.Token(signed(ResourceUri.device(HUB, device()), clock.instant()));
        }

        @Override
        public void forget(Credential refused) {
            // the next is made anew
        }
    }

    /** Whoever waits for messages does so in simulated time, to the next beat, so that all look at once. */
    private record PatientOutbox(Outbox inner, SimulatedTime time, MovableClock clock) implements Outbox {
        @Override
        public TelemetryMessage append(DeviceId leaf, Priority priority, Stamp taken, Bytes body) throws IOException {
            return inner.append(leaf, priority, taken, body);
        }

        @Override
        public List<TelemetryMessage> head(DeviceId leaf, int most) throws IOException {
            return inner.head(leaf, most);
        }

        @Override
        public void confirm(DeviceId leaf, long sequence) throws IOException {
            inner.confirm(leaf, sequence);
        }

        @Override
        public boolean await(DeviceId leaf, long sequence, Duration atMost) throws InterruptedException {
            if (!inner.await(leaf, sequence, Duration.ZERO)) {
                time.pause(Duration.ofNanos(atMost.toNanos() - clock.nanoTime() % atMost.toNanos()));
            }
            return inner.await(leaf, sequence, Duration.ZERO);
        }
    }
}
