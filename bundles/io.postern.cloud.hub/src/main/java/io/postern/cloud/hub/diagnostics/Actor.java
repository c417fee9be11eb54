// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.diagnostics;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * On whose behalf a thread works right now: whoever changes something deep inside need not be told by each caller.
 *
 * @param principal the name of the policy whose key signed the request; {@code user.NAME} for a person, {@code hub} when
 *     nobody asked
 * @param origin where the request came from
 * @param correlation what ties an operation to other lines about it, for example the client's own request id
 */
public record Actor(String principal, Origin origin, Optional<String> correlation) {
    private static final Actor HUB = new Actor("hub", Origin.WITHIN, Optional.empty());
    private static final ScopedValue<Actor> CURRENT = ScopedValue.newInstance();

    /** Of something inside the cloud that acts by itself, for example {@code provisioning}. */
    public static Actor within(String name) {
        return new Actor(name, Origin.WITHIN, Optional.empty());
    }

    public static Actor current() {
        return CURRENT.orElse(HUB);
    }

    /** Does {@code work} on behalf of this one. */
    public <T> T does(Supplier<T> work) {
        return ScopedValue.where(CURRENT, this).call(work::get);
    }
}
