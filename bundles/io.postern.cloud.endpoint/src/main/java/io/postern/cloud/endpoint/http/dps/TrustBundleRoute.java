// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.Tenants;
import io.postern.cloud.dps.TrustBundles;
import io.postern.cloud.endpoint.http.ErrorReplies;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * Where gateways look for newer root certificates, an extension of ours: {@code GET /{idScope}/trust-bundle} (HUB-22).
 * Everyone may read it: it is signed, and says nothing that a handshake does not. 204 while there is none.
 */
public final class TrustBundleRoute implements Route {
    private final Tenants tenants;
    private final DpsDoor door;

    public TrustBundleRoute(Tenants tenants, ErrorReplies errors) {
        this.tenants = tenants;
        this.door = new DpsDoor(errors);
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (request.segments().size() != 2 || !request.has(1, "trust-bundle")) {
            return Optional.empty();
        }
        return Optional.of(
                request.method().equals("GET") ? door.pass(request, this::read) : door.wrongMethod(request, "GET"));
    }

    private Reply read(Request request) {
        return tenants.find(IdScope.of(request.segments().getFirst()))
                .map(ProvisioningTenant::trustBundles)
                .flatMap(TrustBundles::current)
                .map(signed -> new Reply(200, new LinkedHashMap<>(), Bytes.utf8(signed))
                        .with("Content-Type", "application/jose")) // RFC 7515, 9.2.1
                .orElseGet(() -> Reply.empty(204));
    }
}
