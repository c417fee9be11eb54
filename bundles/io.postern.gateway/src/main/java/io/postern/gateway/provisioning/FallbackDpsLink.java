// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.provisioning.TransportOrder.Experience;
import io.postern.gateway.provisioning.TransportUse.Blocked;
import io.postern.gateway.spi.Credential;
import io.postern.gateway.spi.DpsLink;
import io.postern.gateway.spi.NonceDpsLink;
import io.postern.gateway.spi.RegistrationReply;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.dps.RegistrationRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reaches the provisioning service over the first transport that gets through. Any answer, also a refusal, decides: from
 * then on the attempt stays with that transport. Links are made when their turn comes.
 */
public class FallbackDpsLink implements DpsLink {
    private final TransportOrder order;
    private final Map<Transport, ? extends Supplier<? extends DpsLink>> links;
    private final Consumer<TransportUse> observer;
    private final LongSupplier nanoTime;
    private final Map<Transport, DpsLink> made = new EnumMap<>(Transport.class);
    private @Nullable Way present; // of this attempt
    private @Nullable Outcome last;

    private record Way(Transport transport, DpsLink link) {}

    private record Outcome(Transport transport, boolean worked, long nanoTime) {}

    @FunctionalInterface
    private interface Question {
        RegistrationReply ask(DpsLink link) throws IOException;
    }

    /**
     * @param links one for each transport of {@code order}
     * @param observer told each time the service was reached or could not be
     * @param nanoTime monotonic, nanoseconds
     */
    public FallbackDpsLink(
            TransportOrder order,
            Map<Transport, ? extends Supplier<? extends DpsLink>> links,
            Consumer<TransportUse> observer,
            LongSupplier nanoTime) {
        if (!links.keySet().containsAll(order.preferred())) {
            throw new IllegalArgumentException("links for " + order.preferred() + ", not only " + links.keySet());
        }
        this.order = order;
        this.links = Map.copyOf(links);
        this.observer = observer;
        this.nanoTime = nanoTime;
    }

    /** The same for a TPM: all transports can carry its challenge. */
    public static final class OfNonce extends FallbackDpsLink implements NonceDpsLink {
        public OfNonce(
                TransportOrder order,
                Map<Transport, Supplier<NonceDpsLink>> links,
                Consumer<TransportUse> observer,
                LongSupplier nanoTime) {
            super(order, links, observer, nanoTime);
        }
    }

    @Override
    public RegistrationReply register(IdScope scope, RegistrationRequest request, Optional<Credential> proof)
            throws IOException {
        return ask(link -> link.register(scope, request, proof));
    }

    @Override
    public RegistrationReply status(IdScope scope, RegistrationId id, String operationId, Optional<Credential> proof)
            throws IOException {
        return ask(link -> link.status(scope, id, operationId, proof));
    }

    @Override
    public void leave() {
        if (present != null) {
            present.link().leave();
            present = null;
        }
    }

    private RegistrationReply ask(Question question) throws IOException {
        return present == null ? askAround(question) : askOn(present, question);
    }

    private RegistrationReply askAround(Question question) throws IOException {
        List<Blocked> blocked = new ArrayList<>();
        List<UnreachableException> causes = new ArrayList<>();
        for (Transport transport : order.after(experience())) {
            var way = new Way(transport, link(transport));
            try {
                RegistrationReply reply = question.ask(way.link());
                present = way;
                last = new Outcome(transport, true, nanoTime.getAsLong());
                observer.accept(new TransportUse(Optional.of(transport), blocked));
                return reply;
            } catch (UnreachableException e) {
                way.link().leave();
                blocked.add(new Blocked(transport, String.valueOf(e.getMessage())));
                causes.add(e);
            }
        }
        var use = new TransportUse(Optional.empty(), blocked);
        observer.accept(use);
        throw causes.size() == 1 ? causes.getFirst() : new UnreachableException(use.obstacles(), causes.getLast());
    }

    private DpsLink link(Transport transport) {
        return made.computeIfAbsent(
                transport, _ -> Objects.requireNonNull(links.get(transport)).get());
    }

    /** In the middle of an attempt the others cannot help: they know nothing of it. The next attempt tries them first. */
    private RegistrationReply askOn(Way way, Question question) throws IOException {
        try {
            return question.ask(way.link());
        } catch (UnreachableException e) {
            last = new Outcome(way.transport(), false, nanoTime.getAsLong());
            throw e;
        }
    }

    private Optional<Experience> experience() {
        return Optional.ofNullable(last)
                .map(it -> new Experience(
                        it.transport(), it.worked(), Duration.ofNanos(nanoTime.getAsLong() - it.nanoTime())));
    }
}
