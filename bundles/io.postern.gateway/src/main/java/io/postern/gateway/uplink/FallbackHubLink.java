// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.uplink;

import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.provisioning.Pause;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubSession;
import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.LeafTokenAnswer;
import io.postern.wire.ModelId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one way of a gateway to its hub: all its sessions go over the same transport. It is left when the network does not
 * let it through and no session lives on it, never because the hub refuses somebody. A better one is looked for from
 * time to time: it is reached without a session first, then one session proves it, then the others follow, a few each
 * second; until then what works is left alone.
 */
public final class FallbackHubLink implements HubLink {
    static final Duration STEP = Duration.ofMillis(50); // between sessions that follow: 20 handshakes a second
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final TransportChoice choice;
    private final IntSupplier leaves;
    private final Map<Transport, ? extends Supplier<? extends HubLink>> links;
    private final Consumer<HubTransportUse> observer;
    private final LongSupplier nanoTime;
    private final ReentrantLock choosing = new ReentrantLock(); // of the one who goes through all transports
    private final Map<Transport, HubLink> made = new EnumMap<>(Transport.class); // guarded by itself
    private final Set<ChosenSession> live = new LinkedHashSet<>(); // guarded by itself; the oldest first, one a device
    private final Thread looking = Thread.ofVirtual().name("transports").unstarted(this::lookOn);
    private volatile @Nullable HubName hub;

    /**
     * How often the network is asked.
     *
     * @param rounds between rounds through all transports while none gets through
     * @param returns between looks whether a better one gets through again
     */
    public record Pauses(Backoff rounds, Backoff returns) {}

    /** Who wants a session. */
    private record Request(HubName hub, DeviceId device, Credential credential, Optional<ModelId> model) {
        HubSession over(HubLink link) throws IOException {
            return link.open(hub, device, credential, model);
        }
    }

    /**
     * @param leaves how many the gateway has
     * @param links one for each transport of {@code order}, made when its turn comes
     * @param remembered what an earlier start used: tried first
     * @param observer told of each change
     * @param nanoTime monotonic, nanoseconds
     */
    public FallbackHubLink(
            HubTransportOrder order,
            IntSupplier leaves,
            Map<Transport, ? extends Supplier<? extends HubLink>> links,
            Optional<Transport> remembered,
            Consumer<HubTransportUse> observer,
            Pauses pauses,
            LongSupplier nanoTime) {
        this.choice = new TransportChoice(order, leaves.getAsInt(), remembered, pauses, nanoTime);
        this.leaves = leaves;
        this.links = Map.copyOf(links);
        this.observer = observer;
        this.nanoTime = nanoTime;
    }

    /** Begins to look for better ways from time to time. */
    public void start() {
        looking.start();
    }

    @Override
    public HubSession open(HubName to, DeviceId device, Credential credential, Optional<ModelId> model)
            throws IOException {
        hub = to;
        var request = new Request(to, device, credential, model);
        Optional<HubSession> proven = tryCandidate(request);
        if (proven.isPresent()) {
            return proven.get();
        }
        Optional<Transport> way = choice.standing();
        return way.isPresent() ? join(way.get(), request) : goRound(request);
    }

    /** Empty when there is none, or it did not get through: then what works is to be used. */
    private Optional<HubSession> tryCandidate(Request request) throws IOException {
        Optional<Transport> candidate = choice.takeCandidate();
        if (candidate.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(over(candidate.get(), request));
        } catch (NotAuthorizedException | InterruptedIOException e) {
            throw e;
        } catch (ThrottledException e) { // nor has it time for us on the way that works
            choice.noReturn(candidate.get(), e);
            throw e;
        } catch (IOException e) {
            choice.noReturn(candidate.get(), e);
            tell();
            return Optional.empty();
        }
    }

    /** Goes the way that all go. */
    private HubSession join(Transport transport, Request request) throws IOException {
        try {
            return kept(request.over(link(transport)), transport);
        } catch (NotAuthorizedException | ThrottledException e) {
            choice.worked(transport);
            throw e;
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            if (choice.struck(transport, lives(transport), e)) {
                tell();
            }
            throw e;
        }
    }

    private HubSession goRound(Request request) throws IOException {
        try {
            choosing.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while another session looks for a way to the hub");
        }
        try {
            Optional<Transport> found = choice.standing();
            if (found.isPresent()) {
                return join(found.get(), request);
            }
            choice.restAfterFailure();
            return tryAll(request);
        } finally {
            choosing.unlock();
        }
    }

    private HubSession tryAll(Request request) throws IOException {
        @Nullable IOException most = null; // what a hub answered says more than that nobody was there
        for (Transport transport : choice.roundOrder()) {
            try {
                return over(transport, request);
            } catch (NotAuthorizedException | InterruptedIOException e) {
                throw e;
            } catch (ThrottledException e) {
                adopt(transport);
                throw e;
            } catch (IOException e) {
                choice.block(transport, e);
                most = most == null || most instanceof UnreachableException ? e : most;
            }
        }
        IOException failure = choice.nothingWorks(Objects.requireNonNull(most));
        tell();
        throw failure;
    }

    /** Decides for {@code transport} when it gets an answer, also a refusal. */
    private HubSession over(Transport transport, Request request) throws IOException {
        HubSession session;
        try {
            session = request.over(link(transport));
        } catch (NotAuthorizedException e) {
            adopt(transport);
            throw e;
        }
        adopt(transport);
        return kept(session, transport);
    }

    private void adopt(Transport transport) {
        if (!choice.adopt(transport)) {
            return;
        }
        synchronized (live) {
            int place = 0;
            for (ChosenSession session : live) {
                if (session.transport() == transport) {
                    session.keep();
                } else {
                    session.supersede(nanoTime.getAsLong() + STEP.toNanos() * ++place);
                }
            }
        }
        tell();
    }

    private HubSession kept(HubSession opened, Transport transport) {
        var session = new ChosenSession(opened, transport, this);
        choice.worked(transport);
        synchronized (live) {
            live.add(session);
        }
        if (choice.standing().filter(transport::equals).isEmpty()) { // only now: who chooses from here on sees it
            session.supersede(nanoTime.getAsLong());
        }
        return session;
    }

    private boolean lives(Transport transport) {
        synchronized (live) {
            return live.stream().anyMatch(each -> each.transport() == transport && each.isOpen());
        }
    }

    private void lookOn() {
        try {
            while (true) {
                Pause.REAL.take(LOOK);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    /** Finds out whether a better transport gets through, when it is time to. */
    void look() throws InterruptedException {
        choice.count(leaves.getAsInt());
        HubName to = hub;
        List<Transport> better = to == null ? List.of() : choice.better();
        for (Transport transport : better) {
            try {
                link(transport).probe(Objects.requireNonNull(to));
                propose(transport);
                return;
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                choice.noReturn(transport, e);
            }
        }
        if (!better.isEmpty()) {
            tell();
        }
    }

    /** The oldest session goes first; if there is none, the next that is opened. */
    private void propose(Transport transport) {
        choice.propose(transport);
        synchronized (live) {
            live.stream().findFirst().ifPresent(session -> session.supersede(nanoTime.getAsLong()));
        }
    }

    @Override
    public void listenedAt(HubName to, List<LeafTokenAnswer.Endpoint> endpoints) {
        links.keySet().forEach(transport -> link(transport).listenedAt(to, endpoints));
    }

    long now() {
        return nanoTime.getAsLong();
    }

    void ended(ChosenSession session) {
        synchronized (live) {
            live.remove(session);
        }
    }

    /** Over what the gateway speaks now, and why. */
    public HubTransportUse use() {
        Map<Transport, Integer> sessions = new EnumMap<>(Transport.class);
        synchronized (live) {
            live.forEach(session -> sessions.merge(session.transport(), 1, Integer::sum));
        }
        return choice.use(sessions);
    }

    private void tell() {
        observer.accept(use());
    }

    private HubLink link(Transport transport) {
        synchronized (made) {
            return made.computeIfAbsent(transport, _ -> Objects.requireNonNull(links.get(transport), transport::text)
                    .get());
        }
    }

    @Override
    public void close() {
        looking.interrupt();
        synchronized (made) {
            made.values().forEach(HubLink::close);
            made.clear();
        }
    }
}
