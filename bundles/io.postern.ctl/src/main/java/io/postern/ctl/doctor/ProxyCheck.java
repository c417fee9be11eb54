// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.wire.Shown;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/**
 * Whether the site's proxy is there, and lets us through to a server.
 *
 * @param target {@code host:port}
 */
record ProxyCheck(Tunnel tunnel, String target) implements Check {
    @Override
    public String name() {
        return "Proxy to " + target.replaceAll(":[0-9]+$", "");
    }

    @Override
    public Finding examine() {
        String where = tunnel.where();
        try (var socket = new Socket()) {
            return judge(where, tunnel.ask(socket, target));
        } catch (UnknownHostException e) {
            return Finding.fault(
                    "the name of the proxy does not resolve: " + where,
                    "Correct the key proxy, or the name service of this machine (/etc/resolv.conf).");
        } catch (ConnectException e) {
            return Finding.fault(
                    "nothing listens at the proxy " + where,
                    "Ask the site's network people for the proxy's address, and correct the key proxy.");
        } catch (SocketTimeoutException e) {
            return Finding.fault(
                    "the proxy " + where + " does not answer",
                    "Is it in this network? Else the firewall before it keeps us out.");
        } catch (IOException e) {
            return Finding.fault("the proxy " + where + ": " + e.getMessage(), "Correct that and look again.");
        }
    }

    private Finding judge(String where, String answer) {
        String code = answer.matches("HTTP/1\\.[01] [0-9]{3}.*") ? answer.substring(9, 12) : "";
        return switch (code) {
            case "200" -> Finding.good("the proxy " + where + " lets us through");
            case "407" ->
                Finding.fault(
                        "the proxy " + where
                                + (tunnel.credentials().isPresent()
                                        ? " refuses our name and password"
                                        : " wants a name and a password"),
                        "Put user:password in one line of a file for its owner only, and name it as proxyCredentialsFile.");
            case "403", "405" ->
                Finding.fault(
                        "the proxy " + where + " does not let us through (" + code + ")",
                        "Ask the site's network people to allow CONNECT to " + target + ".");
            case "502", "503", "504" ->
                Finding.fault(
                        "the proxy " + where + " does not reach the server (" + code + ")",
                        "Is the server up? Does the proxy know its name?");
            case "" ->
                Finding.fault(
                        "what answers at " + where + " is no HTTP proxy: " + Shown.of(answer),
                        "Correct the key proxy.");
            default ->
                Finding.fault(
                        "the proxy " + where + " answers " + Shown.of(answer),
                        "Ask the site's network people what that means there.");
        };
    }
}
