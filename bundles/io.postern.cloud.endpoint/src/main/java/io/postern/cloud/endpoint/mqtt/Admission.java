// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.DeviceConnection;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.Principal;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.DeviceId;
import io.postern.wire.SasToken;
import io.postern.wire.Shown;
import io.postern.wire.dps.DpsUserName;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.hub.HubUserName;
import io.postern.wire.mqtt.Packet;
import io.postern.wire.mqtt.Packet.Connect;
import io.postern.wire.mqtt.Packet.ConnectReturn;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * Decides about a CONNECT (HUB-16): client id = device id, user name = {@code {hub}/{device}/...}, password = SAS token
 * of that device, or none and a certificate shown in the TLS handshake (HUB-04). The hub is told by the
 * user name, and so is whoever comes to register and is sent to {@link DpsAdmission}. What is malformed is told apart from what is not allowed; what exactly was wrong stands in our log
 * only.
 */
final class Admission {
    /** The outcome. */
    sealed interface Decision {}

    record Admitted(DeviceSession session) implements Decision {}

    /** Proven to be the device of a registration, see {@link DpsAdmission}. */
    record AtTheDesk(RegistrationAttempt device) implements Decision {}

    /**
     * Not let in.
     *
     * @param word the reason in one of few words, for metrics
     */
    record Refused(ConnectReturn code, String word, String reason) implements Decision {}

    private final Hubs hubs;
    private final DpsAdmission provisioning;

    Admission(Hubs hubs, RegistrationDesk desk) {
        this.hubs = hubs;
        this.provisioning = new DpsAdmission(desk);
    }

    /** @param shown what the client showed in the TLS handshake, its own certificate first; empty when it showed none */
    Decision decide(Connect connect, List<X509Certificate> shown, DeviceConnection connection) {
        if (connect.userName().filter(DpsUserName::isMeant).isPresent()) {
            return provisioning.decide(connect, shown);
        }
        Decision decision = ofHub(connect, shown, connection);
        if (decision instanceof Refused(var _, String word, String reason)) {
            addressed(connect).diagnostics().refused(connect.clientId(), connection.origin(), word, reason);
        }
        return decision;
    }

    /** The hub whose operator is to learn that somebody was refused. */
    private Hub addressed(Connect connect) {
        try {
            return connect.userName()
                    .map(HubUserName::parse)
                    .flatMap(user -> hubs.find(user.hub()))
                    .orElseGet(hubs::standard);
        } catch (IllegalArgumentException e) {
            return hubs.standard();
        }
    }

    private Decision ofHub(Connect connect, List<X509Certificate> shown, DeviceConnection connection) {
        if (connect.userName().isEmpty()) {
            return malformed("no user name");
        }
        if (connect.password().isEmpty() && shown.isEmpty()) {
            return malformed("no password, and no client certificate in the TLS handshake");
        }
        HubUserName user;
        Optional<SasToken> token;
        try {
            user = HubUserName.parse(connect.userName().get());
            token = connect.password().map(password -> SasToken.parse(password.revealUtf8()));
        } catch (IllegalArgumentException e) {
            return malformed(String.valueOf(e.getMessage()));
        }
        Optional<String> refusal = refusal(connect, user);
        if (refusal.isPresent()) {
            return refused("wrong_resource", refusal.get());
        }
        return hubs.find(user.hub())
                .map(hub -> settle(hub, user, access(hub, user, token, shown), connection))
                .orElseGet(() ->
                        refused("unknown_hub", "the user name is of hub " + user.hub() + ", here are " + hubs.names()));
    }

    /** What comes with a token is judged by the token: a client may show its certificate to everyone. */
    private static AccessDecision<Principal.Device> access(
            Hub hub, HubUserName user, Optional<SasToken> token, List<X509Certificate> shown) {
        return token.map(present -> hub.gatekeeper().admitDevice(present, user.device()))
                .orElseGet(() -> hub.gatekeeper().admitDevice(new CertificateChain(shown), user.device()));
    }

    private static Optional<String> refusal(Connect connect, HubUserName user) {
        if (!connect.clientId().equals(user.device().text())) {
            return Optional.of("the client id \"" + Shown.of(connect.clientId()) + "\" is not the device "
                    + user.device() + " of the user name");
        }
        if (connect.will().isPresent() && !isOwnWill(connect.will().get(), user.device())) {
            return Optional.of("the will is not for the device's own telemetry topic at QoS 0 or 1: \""
                    + Shown.of(connect.will().get().topic()) + "\"");
        }
        return Optional.empty();
    }

    private static boolean isOwnWill(Packet.Publish will, DeviceId device) {
        try {
            return will.qos() < 2
                    && HubTopic.parse(will.topic()) instanceof HubTopic.Telemetry(DeviceId of, var _)
                    && of.equals(device);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Decision settle(
            Hub hub, HubUserName user, AccessDecision<Principal.Device> access, DeviceConnection connection) {
        return switch (access) {
            case AccessDecision.Denied<Principal.Device>(AccessDecision.Denial reason, String text) ->
                refused(reason.word(), reason + ": " + text);
            case AccessDecision.Allowed<Principal.Device>(Principal.Device principal) ->
                hub.connect(principal, user.model(), connection)
                        .<Decision>map(Admitted::new)
                        .orElseGet(() -> refused("changed", "identity, policy or CA changed while it connected"));
        };
    }

    private static Decision refused(String word, String reason) {
        return new Refused(ConnectReturn.NOT_AUTHORIZED, word, reason);
    }

    private static Refused malformed(String reason) {
        return new Refused(ConnectReturn.BAD_USER_NAME_OR_PASSWORD, "malformed", reason);
    }
}
