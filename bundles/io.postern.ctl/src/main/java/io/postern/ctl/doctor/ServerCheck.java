// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Whether a server is in reach, shows a certificate of the configured root (HUB-21), and has about our time. */
record ServerCheck(String name, TlsPeer peer, boolean http, InstantSource clock) implements Check {
    private static final Duration APART = Duration.ofMinutes(5); // tokens of minutes are refused beyond
    private static final Duration SOON = Duration.ofDays(14);
    private static final int BROKEN = 500;

    @Override
    public Finding examine() {
        String where = peer.host() + " port " + peer.port();
        var shown = new TlsPeer.Shown();
        try {
            return judge(where, peer.greet(http, shown), clock.instant());
        } catch (UnknownHostException e) {
            return Finding.fault("the name " + peer.host() + " does not resolve", "See the check of the name.");
        } catch (NoRouteToHostException e) {
            return Finding.fault(
                    "there is no way to " + where + ": " + e.getMessage(),
                    "Is the cable in, is there an address (ip addr) and a gateway (ip route)?");
        } catch (ConnectException e) {
            return e.getMessage() != null && e.getMessage().contains("unreachable")
                    ? Finding.fault(
                            "there is no way to " + where + ": " + e.getMessage(),
                            "Is the cable in, is there an address (ip addr) and a gateway (ip route)?")
                    : Finding.fault(
                            "nothing listens on " + where,
                            "Start the cloud (./postern cloud --data DIR), or correct name and port."
                                    + " A firewall may answer so, too.");
        } catch (SocketTimeoutException e) {
            return Finding.fault(where + " does not answer", "Open this port in the firewall between here and there.");
        } catch (SSLException e) {
            return new TlsTrouble(peer, clock.instant()).judge(where, shown.chain(), firstLine(e));
        } catch (SocketException e) {
            return shown.chain().isEmpty()
                    ? Finding.fault(
                            where + " hangs up in the middle of TLS: " + firstLine(e),
                            "Something between here and there cuts the connection: a firewall that looks at names,"
                                    + " or the server itself; try another transport.")
                    : Finding.fault(where + ": " + firstLine(e), "Correct that and look again.");
        } catch (IOException e) {
            return Finding.fault(where + ": " + firstLine(e), "Correct that and look again.");
        }
    }

    static Finding judge(String where, TlsPeer.Greeting greeting, Instant now) {
        Optional<Duration> apart = greeting.serverTime()
                .map(theirs -> Duration.between(now, theirs).abs())
                .filter(difference -> difference.compareTo(APART) > 0);
        if (apart.isPresent()) {
            return Finding.fault(
                    "the clock of " + where + " and ours are " + apart.get().toMinutes() + " minutes apart",
                    "Set the wrong one: timedatectl set-ntp true. Tokens are refused when clocks differ.");
        }
        if (greeting.status().filter(code -> code >= BROKEN).isPresent()) {
            return Finding.fault(
                    where + " answers " + greeting.status().get() + ": it is in trouble, or starting",
                    "Wait a little; if it stays, look at the server's log.");
        }
        X509Certificate certificate = greeting.certificate();
        Instant end = certificate.getNotAfter().toInstant();
        String text = where + " answers over " + greeting.protocol() + ", its certificate leads to the root";
        return end.isBefore(now.plus(SOON))
                ? Finding.warning(
                        text + " but ends on "
                                + end.truncatedTo(ChronoUnit.DAYS).toString().substring(0, 10),
                        "Renew the server's certificate.")
                : Finding.good(
                        text + "; it is good for " + Duration.between(now, end).toDays() + " days");
    }

    private static String firstLine(IOException failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .findFirst()
                .orElse(failure.getClass().getSimpleName());
    }
}
