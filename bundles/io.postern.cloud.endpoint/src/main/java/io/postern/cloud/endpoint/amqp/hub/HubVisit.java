// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.amqp.AmqpClient;
import io.postern.cloud.endpoint.amqp.AmqpError;
import io.postern.cloud.endpoint.amqp.AmqpVisit;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.LinkRequest;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.endpoint.amqp.SaslStep;
import io.postern.cloud.endpoint.amqp.cbs.CbsLinks;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ModelId;
import io.postern.wire.Shown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One connection to a hub: what it has shown of itself, and the devices that are present on it. What one of them does or
 * suffers ends with its own links.
 */
final class HubVisit implements AmqpVisit {
    static final String PLAIN = "PLAIN";
    static final String ANONYMOUS = "ANONYMOUS";
    static final String EXTERNAL = "EXTERNAL";
    static final String CBS = "MSSBCBS"; // says no more than ANONYMOUS: the tokens are put later

    private static final String MODEL = "com.microsoft:model-id";

    private final Hubs hubs;
    private final List<ServiceSide> sides;
    private final int mostDevices;
    private final AmqpClient client;
    private final Refusals refusals;
    private final ShownTokens tokens;
    private final CbsLinks cbs;
    private final List<ServiceSide.Visit> visits = new ArrayList<>();
    private final Map<DeviceId, Presence> presences = new HashMap<>();

    HubVisit(Hubs hubs, List<ServiceSide> sides, int mostDevices, AmqpClient client, Refusals refusals) {
        this.hubs = hubs;
        this.sides = sides;
        this.mostDevices = mostDevices;
        this.client = client;
        this.refusals = refusals;
        this.tokens = new ShownTokens(hubs, client, mostDevices, refusals, this::renewed);
        this.cbs = new CbsLinks(tokens, refusals);
    }

    @Override
    public Optional<SaslStep> authenticate(String mechanism, Bytes initial) {
        return switch (mechanism) {
            case PLAIN -> plain(initial);
            case EXTERNAL ->
                Optional.of(
                        client.certificates().isEmpty()
                                ? new SaslStep.Refused("mechanism EXTERNAL without a client certificate")
                                : new SaslStep.Done());
            case ANONYMOUS, CBS -> Optional.of(new SaslStep.Done()); // tokens or the certificate decide about links
            default -> Optional.empty();
        };
    }

    private Optional<SaslStep> plain(Bytes initial) {
        try {
            return PlainUser.read(initial, hubs).map(tokens::prove);
        } catch (IllegalArgumentException e) {
            hubs.standard().diagnostics().refused("", client.origin(), "malformed", String.valueOf(e.getMessage()));
            return Optional.of(new SaslStep.Refused(String.valueOf(e.getMessage())));
        } catch (DatabaseException e) {
            return Optional.of(new SaslStep.Unavailable("the database failed: " + e.getMessage()));
        }
    }

    @Override
    public SaslStep respond(Bytes response) {
        return new SaslStep.Refused("a response where none was asked for");
    }

    @Override
    public void opened(String host) {
        try {
            hubs.find(HubName.of(host)).ifPresent(tokens::visit);
        } catch (IllegalArgumentException _) {
            // no host name: the first token tells which hub is meant
        }
    }

    @Override
    public Optional<LinkAnswer> attach(LinkRequest request) {
        try {
            return cbs.attach(request)
                    .or(() -> HubAddress.isMeant(request.address())
                            ? Optional.of(ofDevice(request))
                            : ofService(request));
        } catch (IllegalArgumentException e) {
            return Optional.of(new LinkAnswer.Refused(refusals.argument(String.valueOf(e.getMessage()))));
        } catch (DatabaseException e) {
            return Optional.of(new LinkAnswer.Refused(refusals.failed(e)));
        }
    }

    private Optional<LinkAnswer> ofService(LinkRequest request) {
        if (visits.isEmpty()) {
            tokens.guest().ifPresent(guest -> sides.forEach(side -> visits.add(side.visit(guest))));
        }
        return visits.stream().flatMap(visit -> visit.attach(request).stream()).findFirst();
    }

    private LinkAnswer ofDevice(LinkRequest request) {
        Optional<HubAddress> address = HubAddress.parse(request.address());
        if (address.isEmpty()) {
            return new LinkAnswer.Refused(refusals.of(
                    AmqpError.NOT_FOUND, 404_000, "NotFound", "nothing is served at " + Shown.of(request.address())));
        }
        DeviceId device = address.get().device();
        Presence known = presences.get(device);
        if (known != null) {
            Optional<LinkAnswer> answer = known.attach(address.get().endpoint(), request.direction());
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        return begin(device, address.get().endpoint(), request);
    }

    /** The device's first link, or its first after its session ended. */
    private LinkAnswer begin(DeviceId device, HubAddress.Endpoint endpoint, LinkRequest request) {
        presences.values().removeIf(Presence::isOver);
        if (presences.size() >= mostDevices) {
            return new LinkAnswer.Refused(refusals.of(
                    AmqpError.LIMIT, 429_001, "TooManyDevices", "more than " + mostDevices + " devices at once"));
        }
        return switch (tokens.admit(device)) {
            case ShownTokens.Admission.Refused(String reason) -> new LinkAnswer.Refused(refusals.unauthorized(reason));
            case ShownTokens.Admission.Granted(Hub hub, Principal.Device principal) -> {
                var presence = new Presence(device, client, refusals);
                Optional<ModelId> model = model(request);
                if (!presence.begin(hub, principal, model)) {
                    yield new LinkAnswer.Refused(refusals.unauthorized(
                            "identity, policy or CA of " + device + " changed while it attached"));
                }
                presences.put(device, presence);
                yield presence.attach(endpoint, request.direction())
                        .orElseGet(() -> new LinkAnswer.Refused(presence.endError()));
            }
        };
    }

    private static Optional<ModelId> model(LinkRequest request) {
        return request.properties().get(MODEL) instanceof String text && !text.isEmpty()
                ? Optional.of(ModelId.of(text))
                : Optional.empty();
    }

    private void renewed(Principal.Device principal) {
        Presence presence = presences.get(principal.identity().deviceId());
        if (presence != null) {
            presence.renew(principal);
        }
    }

    @Override
    public void close() {
        presences.values().forEach(Presence::leave);
        presences.clear();
        visits.forEach(ServiceSide.Visit::close);
    }
}
