// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.https.HttpHubLink;
import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.spi.Dialer;
import io.postern.gateway.spi.HubLink;
import io.postern.gateway.spi.HubTransport;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.spi.Transport;
import io.postern.gateway.uplink.FallbackHubLink;
import io.postern.gateway.uplink.HubTransportOrder;
import io.postern.gateway.uplink.HubTransportUse;
import io.postern.wire.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways to hubs, as the settings name them and adapters are installed, made into one link. */
record HubWays(
        HubSettings settings,
        Dialer dialer,
        HttpsExchange https,
        Transports<HubTransport> transports,
        StateStore state) {
    private static final Logger LOG = LoggerFactory.getLogger(HubWays.class);
    private static final String FACT = "hub-transport";

    /** Those without whose adapters a gateway does not begin. */
    static List<Transport> needed(HubSettings settings) {
        return settings.listed().isEmpty() ? List.of(Transport.MQTT) : settings.listed();
    }

    /** @param observer told of each change, after it was stored for the next start */
    FallbackHubLink link(Roster roster, Consumer<HubTransportUse> observer, RandomGenerator random) {
        Set<Transport> installed = EnumSet.noneOf(Transport.class);
        Arrays.stream(Transport.values()).filter(transports::knows).forEach(installed::add);
        Map<Transport, Supplier<HubLink>> links = new EnumMap<>(Transport.class);
        installed.forEach(each -> links.put(each, () -> link(each)));
        var pauses = new FallbackHubLink.Pauses(
                new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1), random), // all leaves together
                new Backoff(Duration.ofMinutes(2), Duration.ofHours(1), random)); // a handshake and no session each
        return new FallbackHubLink(
                new HubTransportOrder(settings.listed(), installed, settings.amqpAbove()),
                () -> roster.members().size(),
                links,
                remembered(),
                use -> {
                    use.used().ifPresent(this::remember);
                    observer.accept(use);
                },
                pauses,
                System::nanoTime);
    }

    private HubLink link(Transport transport) {
        return settings.ports().containsKey(transport)
                ? link(transport, settings.port(transport))
                : new ListedPortLink(transport, port -> link(transport, port));
    }

    private HubLink link(Transport transport, int port) {
        return transport == Transport.HTTPS
                ? new HttpHubLink(https, port)
                : transports.adapter(transport).link(transport, port, dialer);
    }

    private Optional<Transport> remembered() {
        try {
            return state.read(FACT)
                    .flatMap(fact -> Json.text(fact, "transport"))
                    .map(Transport::parse);
        } catch (IOException | IllegalArgumentException e) {
            LOG.atWarn().setCause(e).log("over what the hub was reached last is not known; beginning anew");
            return Optional.empty();
        }
    }

    private void remember(Transport transport) {
        if (remembered().filter(transport::equals).isPresent()) {
            return;
        }
        try {
            state.write(FACT, Json.object().add("transport", transport.text()).build());
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("over what the hub is reached is not stored; the next start finds out again");
        }
    }
}
