// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.amqp.AmqpClient;
import io.postern.cloud.endpoint.amqp.Lane;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.endpoint.amqp.SaslStep;
import io.postern.cloud.endpoint.amqp.cbs.TokenDesk;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Shown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What one connection has shown of itself: a certificate, the token of PLAIN, and tokens put at {@code $cbs}, one for
 * each device and a few for more than one. Each is looked at again whenever something is asked for. Owned by the
 * connection's own virtual thread.
 */
final class ShownTokens implements TokenDesk {
    private static final int MOST_BROAD = 64; // readers of events put one for each partition
    private static final String DEVICES = "/devices/";

    /** Whether a device may be present here. */
    sealed interface Admission {
        record Granted(Hub hub, Principal.Device principal) implements Admission {}

        /** @param reason for the log */
        record Refused(String reason) implements Admission {}
    }

    private final Hubs hubs;
    private final AmqpClient client;
    private final int mostDevices;
    private final Refusals refusals;
    private final Consumer<Principal.Device> renewed;
    private final Map<DeviceId, SasToken> ofDevices = new HashMap<>();
    private final Map<String, SasToken> broad =
            new ConcurrentHashMap<>(); // by audience; readers ask on threads of theirs
    private Optional<Hub> hub = Optional.empty();

    /** @param renewed told of a device whose fresh token was accepted */
    ShownTokens(Hubs hubs, AmqpClient client, int mostDevices, Refusals refusals, Consumer<Principal.Device> renewed) {
        this.hubs = hubs;
        this.client = client;
        this.mostDevices = mostDevices;
        this.refusals = refusals;
        this.renewed = renewed;
    }

    /** The connection is one to this hub, unless it is one to another already. */
    void visit(Hub opened) {
        hub = hub.or(() -> Optional.of(opened));
    }

    /** Decides about what was said in PLAIN. */
    SaslStep prove(PlainUser user) {
        SasToken token = user.token();
        visit(user.hub());
        AccessDecision<? extends Principal> decision =
                switch (user) {
                    case PlainUser.OfDevice(DeviceId device, Hub of, var _) ->
                        of.gatekeeper().admitDevice(token, device);
                    case PlainUser.OfPolicy(String policy, Hub of, var _) -> ofPolicy(of, policy, token);
                };
        if (decision instanceof AccessDecision.Denied<?>(Denial reason, String text)) {
            note(user.hub(), user.claimed(), reason.word(), text);
            return new SaslStep.Refused(reason + ": " + text);
        }
        switch (user) {
            case PlainUser.OfDevice(DeviceId device, var _, var _) -> ofDevices.put(device, token);
            case PlainUser.OfPolicy _ -> broad.put("", token);
        }
        return new SaslStep.Done();
    }

    private static AccessDecision<Principal.Service> ofPolicy(Hub hub, String policy, SasToken token) {
        return token.keyName().equals(Optional.of(policy))
                ? hub.gatekeeper().admitBearer(token)
                : new AccessDecision.Denied<>(
                        Denial.UNKNOWN_POLICY, "the user name is of policy " + Shown.of(policy) + ", the token is not");
    }

    @Override
    public Verdict put(ResourceUri audience, SasToken token) {
        String path = audience.path();
        int slash = path.indexOf('/');
        Optional<Hub> of = hub(slash < 0 ? path : path.substring(0, slash));
        if (of.isEmpty()) {
            return new Verdict.Refused(
                    404, Shown.of(path) + " is of no hub that this connection is for; here are " + hubs.names());
        }
        visit(of.get());
        return path.length() > slash + DEVICES.length() && path.regionMatches(true, slash, DEVICES, 0, DEVICES.length())
                ? ofDevice(of.get(), device(path.substring(slash + DEVICES.length())), token)
                : broad(of.get(), path, token);
    }

    /** What lies below a device is the device's. */
    private static DeviceId device(String path) {
        return DeviceId.of(path.split("/", 2)[0]);
    }

    private Verdict ofDevice(Hub of, DeviceId device, SasToken token) {
        return switch (of.gatekeeper().admitDevice(token, device)) {
            case AccessDecision.Denied<Principal.Device>(Denial reason, String text) -> {
                note(of, device.text(), reason.word(), text);
                yield new Verdict.Refused(status(reason, token), reason + ": " + text);
            }
            case AccessDecision.Allowed<Principal.Device>(Principal.Device principal) -> {
                if (ofDevices.size() >= mostDevices && !ofDevices.containsKey(device)) {
                    yield new Verdict.Refused(400, "more than " + mostDevices + " devices on one connection");
                }
                ofDevices.put(device, token);
                renewed.accept(principal);
                yield new Verdict.Accepted();
            }
        };
    }

    /** Whoever holds a policy's key may learn which devices there are; nobody else is told. */
    private static int status(Denial reason, SasToken token) {
        return reason == Denial.UNKNOWN_DEVICE && token.keyName().isPresent() ? 404 : 401;
    }

    private Verdict broad(Hub of, String audience, SasToken token) {
        return switch (of.gatekeeper().admitBearer(token)) {
            case AccessDecision.Denied<Principal.Service>(Denial reason, String text) -> {
                note(of, "service", reason.word(), text);
                yield new Verdict.Refused(401, reason + ": " + text);
            }
            case AccessDecision.Allowed<Principal.Service> _ -> {
                if (broad.size() >= MOST_BROAD && !broad.containsKey(audience)) {
                    yield new Verdict.Refused(400, "more than " + MOST_BROAD + " audiences on one connection");
                }
                broad.put(audience, token);
                yield new Verdict.Accepted();
            }
        };
    }

    /** May {@code device} be present on this connection? By its own token, else by one for more, else by certificate. */
    Admission admit(DeviceId device) {
        if (hub.isEmpty()) {
            return new Admission.Refused(
                    "the connection was opened to no hub of " + hubs.names() + " and has shown no token of one");
        }
        Hub of = hub.get();
        List<AccessDecision<Principal.Device>> decisions = new ArrayList<>();
        if (ofDevices.containsKey(device)) {
            decisions.add(of.gatekeeper().admitDevice(ofDevices.get(device), device));
        } else {
            broad.values().forEach(token -> decisions.add(of.gatekeeper().admitDevice(token, device)));
        }
        if (decisions.isEmpty() && !client.certificates().isEmpty()) {
            decisions.add(of.gatekeeper().admitDevice(new CertificateChain(client.certificates()), device));
        }
        String word = "no_token";
        String reason = "no token was put for device " + device + " and no certificate shown";
        for (AccessDecision<Principal.Device> decision : decisions) {
            switch (decision) {
                case AccessDecision.Allowed<Principal.Device>(Principal.Device principal) -> {
                    return new Admission.Granted(of, principal);
                }
                case AccessDecision.Denied<Principal.Device>(Denial why, String text) -> {
                    word = why.word();
                    reason = why + ": " + text;
                }
            }
        }
        note(of, device.text(), word, reason);
        return new Admission.Refused(reason);
    }

    private void note(Hub of, String claimed, String word, String reason) {
        of.diagnostics().refused(claimed, client.origin(), word, reason);
    }

    /** Who asks for links of the service; empty while it is not known of which hub. */
    Optional<ServiceSide.Guest> guest() {
        return hub.map(Visitor::new);
    }

    private final class Visitor implements ServiceSide.Guest {
        private final Hub of;

        Visitor(Hub of) {
            this.of = of;
        }

        @Override
        public Hub hub() {
            return of;
        }

        @Override
        public AccessDecision<Principal.Service> admit(Permission needed, ResourceUri asked) {
            AccessDecision<Principal.Service> last =
                    new AccessDecision.Denied<>(Denial.UNKNOWN_POLICY, "no token of a policy was shown");
            for (SasToken token : broad.values()) {
                last = of.gatekeeper().admitService(token, needed, asked);
                if (last instanceof AccessDecision.Allowed<Principal.Service>) {
                    return last;
                }
            }
            return last;
        }

        @Override
        public Lane lane() {
            return client.lanes().get();
        }

        @Override
        public Refusals refusals() {
            return refusals;
        }
    }

    /** The hub of that host, when it is the one this connection is for. */
    private Optional<Hub> hub(String host) {
        String name = host.replaceFirst(":\\d*$", "");
        return hubs.find(HubName.of(name)).filter(found -> hub.isEmpty() || hub.get() == found);
    }
}
