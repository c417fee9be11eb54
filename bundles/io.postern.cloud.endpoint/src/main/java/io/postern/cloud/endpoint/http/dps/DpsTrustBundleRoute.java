// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.TrustBundles;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.wire.Json;
import io.postern.wire.trust.TrustBundle;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where operators publish root certificates for their gateways, an extension of ours: {@code /trustBundle} (HUB-22). */
final class DpsTrustBundleRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(DpsTrustBundleRoute.class);

    private final TrustBundles bundles;
    private final OperatorDoor door;

    DpsTrustBundleRoute(TrustBundles bundles, OperatorDoor door) {
        this.bundles = bundles;
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (request.segments().size() != 1 || !request.has(0, "trustBundle")) {
            return Optional.empty();
        }
        return Optional.of(
                switch (request.method()) {
                    case "GET" -> door.pass(request, ServicePermission.SERVICE_CONFIG, this::read);
                    case "PUT" -> door.pass(request, ServicePermission.SERVICE_CONFIG, this::publish);
                    default -> door.wrongMethod(request, "GET, PUT");
                });
    }

    private Reply read(Request request) {
        return bundles.current()
                .map(DpsTrustBundleRoute::shown)
                .orElseGet(() ->
                        door.refuse(request, 404_007, "TrustBundleNotFound", "no trust bundle was published yet"));
    }

    private Reply publish(Request request) {
        String signed = Json.requireText(Json.parseObject(request.body().toUtf8()), "signed");
        if (!bundles.publish(signed)) {
            return door.refuse(
                    request,
                    409_007,
                    "TrustBundleNotNewer",
                    "a bundle of this or a later version is published; give this one a higher version");
        }
        LOG.atInfo().addKeyValue("version", TrustBundle.peek(signed).version()).log("trust bundle published");
        return shown(signed);
    }

    private static Reply shown(String signed) {
        TrustBundle bundle = TrustBundle.peek(signed);
        var roots = Json.array();
        bundle.roots()
                .forEach(root -> roots.add(Json.object()
                        .add("subject", root.getSubjectX500Principal().getName())
                        .add("expiry", root.getNotAfter().toInstant().toString())));
        return Reply.json(
                200,
                Json.object()
                        .add("version", bundle.version())
                        .add("roots", roots)
                        .add("signed", signed)
                        .build());
    }
}
