// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.mqtt;

import io.postern.gateway.spi.NotAuthorizedException;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.jspecify.annotations.Nullable;

/** Paho's numbers in words, and as the exceptions the gateway knows. */
final class Failures {
    // spec: MQTT 3.1.1, 3.2.2.3
    private static final int BAD_CREDENTIALS = 4;
    private static final int NOT_AUTHORIZED = 5;

    private Failures() {}

    /** Why {@code where} could not be entered as {@code device}. */
    static IOException ofConnect(MqttException e, DeviceId device, String where) {
        if (e.getReasonCode() == BAD_CREDENTIALS || e.getReasonCode() == NOT_AUTHORIZED) {
            return new NotAuthorizedException(
                    "the hub at " + where + " does not accept " + device + " with what it shows (CONNACK "
                            + e.getReasonCode()
                            + "): is the device enabled there, with this attestation, and the gateway's clock right?",
                    e);
        }
        return switch (e.getCause()) {
            case SSLException tls ->
                new IOException(
                        "the hub at " + where + " does not prove its name: " + tls.getMessage()
                                + "; is caFile the root certificate of this hub?",
                        e);
            case UnknownHostException _ -> new IOException("no address is known for the hub at " + where, e);
            case ConnectException refused ->
                new IOException("nobody answers for the hub at " + where + ": " + refused.getMessage(), e);
            case null, default ->
                new IOException("cannot connect " + device + " to the hub at " + where + ": " + describe(e), e);
        };
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
