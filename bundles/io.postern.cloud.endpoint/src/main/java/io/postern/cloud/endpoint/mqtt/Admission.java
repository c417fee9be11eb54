// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.mqtt;

import io.postern.cloud.endpoint.mqtt.Packet.Connect;
import io.postern.cloud.endpoint.mqtt.Packet.ConnectReturn;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.DeviceConnection;
import io.postern.cloud.hub.DeviceSession;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Principal;
import io.postern.wire.DeviceId;
import io.postern.wire.SasToken;
import io.postern.wire.Shown;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.hub.HubUserName;
import java.util.Optional;

/**
 * Decides about a CONNECT (HUB-16): client id = device id, user name = {@code {hub}/{device}/...}, password = SAS token
 * of that device. What is malformed is told apart from what is not allowed; what exactly was wrong stands in our log
 * only.
 */
final class Admission {
    /** The outcome. */
    sealed interface Decision {}

    record Admitted(DeviceSession session) implements Decision {}

    record Refused(ConnectReturn code, String reason) implements Decision {}

    private final Hub hub;

    Admission(Hub hub) {
        this.hub = hub;
    }

    Decision decide(Connect connect, DeviceConnection connection) {
        if (connect.userName().isEmpty() || connect.password().isEmpty()) {
            return malformed("no user name or no password");
        }
        HubUserName user;
        SasToken token;
        try {
            user = HubUserName.parse(connect.userName().get());
            token = SasToken.parse(connect.password().get().revealUtf8());
        } catch (IllegalArgumentException e) {
            return malformed(String.valueOf(e.getMessage()));
        }
        return refusal(connect, user)
                .<Decision>map(reason -> new Refused(ConnectReturn.NOT_AUTHORIZED, reason))
                .orElseGet(() -> admit(user, token, connection));
    }

    private Optional<String> refusal(Connect connect, HubUserName user) {
        if (!user.hub().equals(hub.name())) {
            return Optional.of("the user name is of hub " + user.hub() + ", this is " + hub.name());
        }
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

    private Decision admit(HubUserName user, SasToken token, DeviceConnection connection) {
        return switch (hub.gatekeeper().admitDevice(token, user.device())) {
            case AccessDecision.Denied<Principal.Device>(AccessDecision.Denial reason, String text) ->
                new Refused(ConnectReturn.NOT_AUTHORIZED, reason + ": " + text);
            case AccessDecision.Allowed<Principal.Device>(Principal.Device principal) ->
                hub.connect(principal, user.model(), connection)
                        .<Decision>map(Admitted::new)
                        .orElseGet(() -> new Refused(
                                ConnectReturn.NOT_AUTHORIZED, "identity or policy changed while it connected"));
        };
    }

    private static Refused malformed(String reason) {
        return new Refused(ConnectReturn.BAD_USER_NAME_OR_PASSWORD, reason);
    }
}
