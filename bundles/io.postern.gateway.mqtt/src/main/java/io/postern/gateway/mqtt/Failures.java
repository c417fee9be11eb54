// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.gateway.spi.ThrottledException;
import io.postern.gateway.spi.UnreachableException;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.jspecify.annotations.Nullable;

/** Paho's numbers in words, and as the exceptions the gateway knows. */
final class Failures {
    // spec: MQTT 3.1.1, 3.2.2.3
    private static final int UNAVAILABLE = 3;
    private static final int BAD_CREDENTIALS = 4;
    private static final int NOT_AUTHORIZED = 5;

    private Failures() {}

    /** Why {@code where}, to which a channel was open, could not be entered as {@code device}. */
    static IOException ofConnect(MqttException e, DeviceId device, String where) {
        return switch (e.getReasonCode()) {
            case BAD_CREDENTIALS, NOT_AUTHORIZED ->
                new NotAuthorizedException(
                        "the hub at " + where + " does not accept " + device + " with what it shows (CONNACK "
                                + e.getReasonCode()
                                + "): is the device enabled there, with this attestation, and the gateway's clock right?",
                        e);
            case UNAVAILABLE ->
                new ThrottledException(
                        "the hub at " + where + " has no time for " + device + " now (CONNACK 3)", Optional.empty(), e);
            case 1, 2 ->
                new IOException(
                        "the hub at " + where + " does not take " + device + " (CONNACK " + e.getReasonCode() + ")", e);
            default -> silent(e, device, where);
        };
    }

    /** It was reached, or something that stands before it, and said nothing of MQTT. */
    static UnreachableException silent(Exception e, DeviceId device, String where) {
        return new UnreachableException(
                "connected to the hub at " + where + ", but no session of " + device + " was opened: " + describe(e),
                e);
    }

    static String describe(@Nullable Throwable cause) {
        if (cause instanceof MqttException e) {
            Throwable below = e.getCause();
            String text = "MQTT reason " + e.getReasonCode() + " (" + e.getMessage() + ")";
            return below == null ? text : text + ", " + below;
        }
        return String.valueOf(cause == null ? "" : cause.getMessage());
    }
}
