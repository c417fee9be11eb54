// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.diagnostics.Metric;
import io.postern.cloud.hub.diagnostics.MetricSource;
import io.postern.cloud.store.Database;
import io.postern.wire.HubName;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The token services of a cloud, one for each hub.
 *
 * @param all at least one, that of the default hub first
 */
public record TokenServices(List<TokenService> all) implements MetricSource, AutoCloseable {
    public TokenServices {
        all = List.copyOf(all);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("a token service speaks for one hub at least");
        }
    }

    public static TokenServices of(TokenService... all) {
        return new TokenServices(List.of(all));
    }

    /** One for each of our own hubs, with a ledger in {@code database}. */
    public static TokenServices of(
            TokenSettings settings,
            Hubs hubs,
            Database database,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random) {
        return new TokenServices(hubs.all().stream()
                .map(hub -> TokenService.of(settings, hub, database, clock, nanoTime, random))
                .toList());
    }

    /** The one meant where no hub is named. */
    public TokenService standard() {
        return all.getFirst();
    }

    public Optional<TokenService> find(HubName hub) {
        return all.stream().filter(service -> service.hub().equals(hub)).findFirst();
    }

    /** One list for all hubs. */
    @Override
    public List<Metric> metrics() {
        return all.stream().flatMap(service -> service.metrics().stream()).toList();
    }

    @Override
    public void close() {
        all.forEach(TokenService::close);
    }
}
