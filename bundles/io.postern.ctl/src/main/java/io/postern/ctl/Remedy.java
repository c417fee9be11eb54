// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.ErrorBody;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What an operator can do about a failed call; pure text, kept apart so that every case is tested. */
final class Remedy {
    private static final String NAME_BARRED = "409010 ";
    private static final String NOT_ALLOWED = "does not allow"; // a hub says 401 where other services say 403

    private Remedy() {}

    /** For a call that brought an error answer. */
    static String forRefusal(int status, String body, Optional<Credential> credential) {
        return ErrorBody.describe(body).startsWith(NAME_BARRED)
                ? "Choose another name: a name that tokens were issued for must not change hands while they may live."
                : forStatus(status == 401 && body.contains(NOT_ALLOWED) ? 403 : status, credential);
    }

    private static String forStatus(int status, Optional<Credential> credential) {
        return switch (status) {
            case 401 ->
                credential
                        .map(Remedy::forNotProven)
                        .orElse(
                                "Check name and password; an administrator gives a new one: postern ctl users password NAME");
            case 403 -> credential.map(Remedy::forNotAllowed).orElse("");
            case 404 -> "Names are spelled exactly; \"enrollments list\" and \"devices list\" show what there is.";
            case 409, 412 -> "If it exists, the verb \"show\" shows it and \"remove\" removes it.";
            case 429 -> "The service is throttling: wait a little and try again.";
            default -> status >= 500 ? "Look for the tracking id in the cloud's log." : "";
        };
    }

    private static String forNotProven(Credential credential) {
        return switch (credential) {
            case Credential.PolicyKey key ->
                "Check that connection.json belongs to this cloud (" + key.who()
                        + "; a new data folder has new keys) and that the clocks of both machines agree.";
            case Credential.Ticket ticket ->
                "Sign in again: postern ctl signin " + ticket.user()
                        + " --out FILE. Another role or password ends what was signed in before.";
        };
    }

    private static String forNotAllowed(Credential credential) {
        return switch (credential) {
            case Credential.PolicyKey _ -> "Use a connection string whose policy has the right for this call.";
            case Credential.Ticket ticket ->
                "You are signed in as " + ticket.user() + ", " + ticket.role()
                        + "; an administrator gives roles: postern ctl users role " + ticket.user() + " ROLE";
        };
    }

    /** What went wrong, for a call that brought no answer. */
    static String cause(IOException failure, String host, int port) {
        return switch (failure) {
            case UnknownHostException _ -> "the name " + host + " does not resolve";
            case ConnectException _ -> "nothing listens on " + host + " port " + port;
            case NoRouteToHostException _ -> "there is no route to " + host;
            case SocketTimeoutException _ -> host + " port " + port + " did not answer in time";
            case SSLException _ -> "TLS with " + host + " port " + port + " failed: " + firstLine(failure);
            default -> firstLine(failure);
        };
    }

    /** What to do about a call that brought no answer. */
    static String forFailure(IOException failure, String host, Optional<Path> hostsFile, Optional<Path> caFile) {
        return switch (failure) {
            case UnknownHostException _ -> forUnknownHost(host, hostsFile);
            case ConnectException _, NoRouteToHostException _, SocketTimeoutException _ ->
                "Is the cloud running? Start it with \"postern cloud --data DIR\", or check address, port and firewall.";
            case SSLException _ ->
                caFile.map(file -> "Does the server's certificate lead to the root in " + file
                                + "? A cloud with a new data folder has a new root: use its own connection.json.")
                        .orElse(
                                "Does the server's certificate lead to a public root? Name its own root as caFile in connection.json.");
            default -> "Try again; if it stays, look into the cloud's log.";
        };
    }

    private static String forUnknownHost(String host, Optional<Path> hostsFile) {
        return hostsFile
                .map(file -> "Start Java with -Djdk.net.hosts.file=" + file
                        + " (\"postern ctl --cloud DIR\" does), or copy the lines of that file to /etc/hosts.")
                .orElse("Add the line \"ADDRESS " + host + "\" to /etc/hosts or to the network's name service.");
    }

    private static String firstLine(IOException failure) {
        String text = String.valueOf(failure.getMessage());
        return text.lines().findFirst().orElse(failure.getClass().getSimpleName());
    }
}
