// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.tokens.TokenService;
import io.postern.cloud.tokens.TokenServices;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.ReturnWindow;
import io.postern.wire.SasToken;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The token service's door (HUB-18), one for all hubs: which one is meant stands in the token; where there is none, in
 * the parameter {@code hub} or the body; else it is the default.
 */
public final class TokenRoute implements Route {
    private static final Set<String> FAMILIES = Set.of("leaves", "newLeaves", "gateways", "boxes");

    private final TokenServices services;
    private final String host;
    private final HubWays ways;
    private final ErrorReplies errors;

    /**
     * @param host the name gateways and operators reach the service by
     * @param ways where the hubs are
     */
    public TokenRoute(TokenServices services, String host, HubWays ways, ErrorReplies errors) {
        this.services = services;
        this.host = host;
        this.ways = ways;
        this.errors = errors;
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.host().equals(host) || !FAMILIES.stream().anyMatch(family -> request.has(0, family))) {
            return Optional.empty();
        }
        TokenService service = service(request);
        var door = new HubDoor(service.operators(), errors);
        List<Route> routes = List.of(
                new LeafRoute(service, door, ways),
                new BoxRoute(service.boxes(), door),
                new LeafDeskRoute(service.desk(), door));
        for (Route route : routes) {
            Optional<? extends Answer> answer = route.handle(request);
            if (answer.isPresent()) {
                return Optional.of(answer.get());
            }
        }
        return Optional.empty();
    }

    private TokenService service(Request request) {
        return named(request)
                .map(name -> services.find(name)
                        .orElseThrow(() -> new IllegalArgumentException("there is no hub " + name + " here, only "
                                + services.all().stream().map(TokenService::hub).toList())))
                .or(() -> spokenFor(request))
                .orElseGet(services::standard);
    }

    private static Optional<HubName> named(Request request) {
        return Optional.ofNullable(request.query().get("hub"))
                .map(HubName::of)
                .or(() -> request.header("Authorization").isEmpty()
                                && (request.has(2, "token") || request.has(2, ReturnWindow.PATH))
                        ? LeafRequest.of(request).hub()
                        : Optional.empty());
    }

    /** What is no token is refused further on, where refusals are worded. */
    private Optional<TokenService> spokenFor(Request request) {
        try {
            Optional<ResourceUri> resource = request.token().map(SasToken::resource);
            return services.all().stream()
                    .filter(service -> resource.filter(ResourceUri.hub(service.hub())::covers)
                            .isPresent())
                    .findFirst();
        } catch (BadTokenException e) {
            return Optional.empty();
        }
    }
}
