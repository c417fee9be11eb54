// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** What stands between the gateway and a server, in words for a person who has to take it away. */
final class Obstacle {
    private Obstacle() {}

    /** @param connect how long connecting was given */
    static String of(IOException e, Duration connect) {
        return switch (e) {
            case UnknownHostException unknown
            when String.valueOf(unknown.getMessage()).startsWith("the proxy") ->
                unknown.getMessage() + " has no known address here; look at the name server and at the key proxy";
            case UnknownHostException unknown ->
                "its name is not known here; look at the name server and at the spelling";
            case ConnectException refused
            when String.valueOf(refused.getMessage()).startsWith("the proxy") -> String.valueOf(refused.getMessage());
            case ConnectException refused -> "nobody listens there (" + refused.getMessage() + ")";
            case SocketTimeoutException late
            when String.valueOf(late.getMessage()).contains("onnect") ->
                "no connection within " + connect.toSeconds() + " s; look at firewall and route";
            case SocketTimeoutException late -> "connected, but it did not answer in time";
            case SSLException tls ->
                "it does not prove to be that server (" + tls.getMessage()
                        + "); compare the gateway's file of root certificates with the cloud's";
            default -> String.valueOf(e.getMessage());
        };
    }
}
