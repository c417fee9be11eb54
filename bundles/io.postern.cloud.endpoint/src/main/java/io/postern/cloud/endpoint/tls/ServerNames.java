// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

import io.postern.cloud.endpoint.CloudNames;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * The names a server certificate stands for.
 *
 * @param dns host names, a wildcard of the domain among them
 * @param addresses IP addresses in their text form
 */
record ServerNames(Set<String> dns, Set<String> addresses) {
    ServerNames {
        dns = Set.copyOf(dns);
        addresses = Set.copyOf(addresses);
    }

    /** The cloud's names; a listener on all addresses is reached by its loopback address at least. */
    static ServerNames of(CloudNames names, InetAddress listen) {
        Set<String> dns = new TreeSet<>(names.all());
        dns.add("*." + names.domain());
        dns.add(names.domain());
        InetAddress reached = listen.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : listen;
        String address = reached.getHostAddress();
        int scope = address.indexOf('%'); // the interface of a link-local address is no part of it
        return new ServerNames(dns, Set.of(scope < 0 ? address : address.substring(0, scope)));
    }

    static ServerNames in(X509Certificate certificate) throws CertificateParsingException {
        Set<String> dns = new TreeSet<>();
        Set<String> addresses = new TreeSet<>();
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        for (List<?> name : names == null ? List.<List<?>>of() : names) {
            switch ((Integer) name.getFirst()) {
                case GeneralName.dNSName -> dns.add(String.valueOf(name.get(1)));
                case GeneralName.iPAddress -> addresses.add(String.valueOf(name.get(1)));
                default -> {
                    // no other kind is issued here
                }
            }
        }
        return new ServerNames(dns, addresses);
    }

    GeneralName[] toGeneralNames() {
        var all = new java.util.ArrayList<GeneralName>();
        new TreeSet<>(dns).forEach(name -> all.add(new GeneralName(GeneralName.dNSName, name)));
        new TreeSet<>(addresses).forEach(address -> all.add(new GeneralName(GeneralName.iPAddress, address)));
        return all.toArray(GeneralName[]::new);
    }
}
