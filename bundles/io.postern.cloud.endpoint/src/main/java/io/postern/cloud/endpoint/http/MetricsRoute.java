// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.diagnostics.MetricsPage;
import io.postern.wire.Bytes;
import io.postern.wire.HubName;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * {@code GET /metrics} of a hub's host (SEC-15): with ServiceConnect what is of this hub and of the process; with the
 * secret of {@link Monitoring} as bearer token everything, other hubs and tenants included.
 */
final class MetricsRoute implements Route {
    private static final String BEARER = "Bearer ";

    private final Hub hub;
    private final Monitoring monitoring;
    private final HubDoor door;

    MetricsRoute(Hub hub, Monitoring monitoring, ErrorReplies errors) {
        this.hub = hub;
        this.monitoring = monitoring;
        this.door = HubDoor.of(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.host().equals(hub.name().text())
                || !request.has(0, "metrics")
                || request.segments().size() != 1) {
            return Optional.empty();
        }
        if (!request.method().equals("GET")) {
            return Optional.of(door.wrongMethod(request, "GET"));
        }
        Optional<String> bearer = request.header("Authorization")
                .filter(text -> text.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(text -> text.substring(BEARER.length()).strip());
        return Optional.of(
                bearer.isPresent()
                        ? withBearer(request, bearer.get())
                        : door.permitted(request, Permission.SERVICE_CONNECT, () -> page(Optional.of(hub.name()))));
    }

    private Reply withBearer(Request request, String shown) {
        if (monitoring.admits(shown)) {
            return page(Optional.empty());
        }
        String why = monitoring.tokenFile().isEmpty()
                ? "a bearer token, and metricsTokenFile is not set"
                : "a bearer token that is not the one of metricsTokenFile";
        hub.diagnostics().refused("metrics", request.origin(), "wrong_bearer", why);
        return door.refuse(request, 401_003, "IotHubUnauthorized", "this bearer token opens nothing here", why);
    }

    private Reply page(Optional<HubName> of) {
        return new Reply(
                        200, new LinkedHashMap<>(), Bytes.utf8(monitoring.page().text(of)))
                .with("Content-Type", MetricsPage.CONTENT_TYPE);
    }
}
