// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import io.postern.gateway.spi.UnreachableException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** What stands between the gateway and a server, in words for a person who has to take it away. */
final class Obstacle {
    private Obstacle() {}

    /**
     * What to tell whoever wanted to reach {@code to}.
     *
     * @param connect how long connecting was given
     * @param addresses how many were tried, the last of which ended with {@code e}
     */
    static UnreachableException before(String to, IOException e, Duration connect, int addresses) {
        IOException why = isHungUp(e) ? hungUp(e) : e;
        return new UnreachableException("cannot reach " + to + ": " + of(why, connect) + among(addresses), why);
    }

    /** Whether somebody took the connection and let it go, most often before the handshake told who that is. */
    private static boolean isHungUp(IOException e) {
        return e instanceof SSLException
                && (e.getCause() instanceof EOFException || e.getCause() instanceof SocketException);
    }

    private static IOException hungUp(IOException e) {
        var why = new EOFException("it took the connection and hung up (" + e.getMessage()
                + "); look whether the service is up, and at proxies and firewalls on the way");
        why.addSuppressed(e); // not as the cause: it is no failure of a certificate
        return why;
    }

    private static String among(int addresses) {
        return addresses > 1 ? " (the last of " + addresses + " addresses; none led there)" : "";
    }

    private static String of(IOException e, Duration connect) {
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
            case SSLException tls -> "it does not prove to be that server (" + tls.getMessage() + "); " + remedy(tls);
            default -> String.valueOf(e.getMessage());
        };
    }

    private static String remedy(SSLException tls) {
        for (Throwable cause = tls; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return "a certificate is over or not good yet: renew it there, and look at this machine's clock";
            }
            String said = String.valueOf(cause.getMessage());
            if (said.contains("No subject alternative") || said.contains("No name matching")) {
                return "its certificate is for another name: look at the spelling, the name server and at who answers there";
            }
        }
        return "compare the gateway's file of root certificates with the cloud's";
    }
}
