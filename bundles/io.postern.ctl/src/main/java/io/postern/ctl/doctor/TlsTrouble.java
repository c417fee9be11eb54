// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import io.postern.ctl.TrustRoots;
import io.postern.wire.Shown;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a server was not trusted, from the certificates it showed: which of them is out of date, whether it is another's
 * name, or who it is that signs for it here.
 */
record TlsTrouble(TlsPeer peer, Instant now) {
    private static final int DNS_NAME = 2; // spec: RFC 5280, 4.2.1.6, GeneralName
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,]+)");

    /** @param chain the server's own first; empty when none was seen */
    Finding judge(String where, List<X509Certificate> chain, String failure) {
        if (chain.isEmpty()) {
            return Finding.fault(
                    "TLS with " + where + " fails: " + failure,
                    "What answers there may not speak TLS: is the port right, or does a proxy answer?");
        }
        X509Certificate own = chain.getFirst();
        for (X509Certificate each : chain) {
            if (each.getNotAfter().toInstant().isBefore(now)) {
                return Finding.fault(
                        "the certificate of " + where + " is out of date: " + name(each) + " ended on "
                                + day(each.getNotAfter().toInstant()),
                        "Renew the server's certificate; is this machine's clock right (" + day(now) + ")?");
            }
            if (each.getNotBefore().toInstant().isAfter(now)) {
                return Finding.fault(
                        "the certificate of " + where + " is not good yet: it begins on "
                                + day(each.getNotBefore().toInstant()),
                        "This machine's clock (" + day(now) + ") is behind: timedatectl set-ntp true.");
            }
        }
        if (!leadsToOurs(chain)) {
            return stranger(where, chain);
        }
        List<String> names = names(own);
        if (names.stream().noneMatch(this::isOurs)) {
            return Finding.fault(
                    "what answers at " + where + " is another server: TLS shows a certificate for "
                            + Shown.of(String.join(", ", names)),
                    "Correct the host name in the configuration, or where the name leads (see its check).");
        }
        return Finding.fault(
                "TLS with " + where + " fails: " + failure,
                "Look at the server's certificate: openssl s_client -connect " + peer.host() + ":" + peer.port());
    }

    /** Signed by somebody we do not know: the wrong file of roots, or somebody who listens in between. */
    private Finding stranger(String where, List<X509Certificate> chain) {
        X509Certificate last = chain.getLast();
        String issuer = Shown.of(last.getIssuerX500Principal().getName());
        String roots = peer.caFile().map(Object::toString).orElse("the system's list");
        boolean inBetween = chain.size() > 1 || !last.getIssuerX500Principal().equals(last.getSubjectX500Principal());
        return Finding.fault(
                "TLS with " + where + " fails: its certificate is signed by " + issuer + ", which is not in " + roots,
                inBetween
                        ? "If that is your network's own authority, a proxy listens in: let the network people exempt "
                                + peer.host() + ". Else copy tls/ca.pem of the cloud's data folder to " + roots + "."
                        : "Copy tls/ca.pem of the cloud's data folder to " + roots
                                + " again, and check that the name leads to that machine.");
    }

    private boolean leadsToOurs(List<X509Certificate> chain) {
        if (peer.caFile().isEmpty()) {
            return false; // with the system's list all else has been ruled out by now, but for the name
        }
        try {
            Collection<? extends Certificate> roots =
                    TrustRoots.read(peer.caFile().get());
            return roots.stream()
                    .map(X509Certificate.class::cast)
                    .anyMatch(root -> chain.contains(root) || isSignedBy(root, chain.getLast()));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isSignedBy(X509Certificate root, X509Certificate last) {
        try {
            last.verify(root.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private boolean isOurs(String name) {
        String host = peer.host().toLowerCase(Locale.ROOT);
        String offered = name.toLowerCase(Locale.ROOT);
        return offered.equals(host)
                || offered.startsWith("*.")
                        && host.indexOf('.') > 0
                        && host.substring(host.indexOf('.')).equals(offered.substring(1));
    }

    private static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            if (certificate.getSubjectAlternativeNames() != null) {
                for (List<?> each : certificate.getSubjectAlternativeNames()) {
                    if (each.getFirst().equals(DNS_NAME)) {
                        names.add(String.valueOf(each.get(1)));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            return List.of(name(certificate));
        }
        return names.isEmpty() ? List.of(name(certificate)) : names;
    }

    private static String name(X509Certificate certificate) {
        String whole = certificate.getSubjectX500Principal().getName();
        Matcher common = COMMON_NAME.matcher(whole);
        return Shown.of(common.find() ? common.group(1) : whole);
    }

    private static String day(Instant time) {
        return time.toString().substring(0, 10);
    }
}
