// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import io.postern.wire.RegistrationId;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** The name a certificate registers under: the only common name (CN) of its subject (DPS-11). */
public final class CommonName {
    private CommonName() {}

    public static RegistrationId of(X509Certificate certificate) throws IdentityException {
        String subject = certificate.getSubjectX500Principal().getName();
        try {
            List<String> names = new LdapName(subject)
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(part -> part.getValue().toString())
                            .toList();
            if (names.size() != 1) {
                throw new IdentityException("certificateFile: the certificate's subject \"" + subject + "\" has "
                        + names.size() + " common names; exactly one is needed, the registration id");
            }
            return RegistrationId.of(names.getFirst());
        } catch (InvalidNameException | IllegalArgumentException e) {
            throw new IdentityException(
                    "certificateFile: the certificate's subject \"" + subject + "\" names no device: " + e.getMessage(),
                    e);
        }
    }
}
