// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.HubName;
import java.util.List;
import java.util.Optional;

/**
 * The token services of a cloud, one for each hub.
 *
 * @param all at least one, that of the default hub first
 */
public record TokenServices(List<TokenService> all) {
    public TokenServices {
        all = List.copyOf(all);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("a token service speaks for one hub at least");
        }
    }

    public static TokenServices of(TokenService... all) {
        return new TokenServices(List.of(all));
    }

    /** The one meant where no hub is named. */
    public TokenService standard() {
        return all.getFirst();
    }

    public Optional<TokenService> find(HubName hub) {
        return all.stream().filter(service -> service.hub().equals(hub)).findFirst();
    }
}
