// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.gateway.tpm.TpmSecurityModule;
import io.postern.wire.Bytes;
import io.postern.wire.tpm.EndorsementKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;

/**
 * What a TPM shows of itself, all of it public.
 *
 * @param certificate the DER of its maker's, when it holds one for this very key
 */
record TpmIdentity(EndorsementKey key, Optional<Bytes> certificate) {

    /** @param device as the gateway's configuration names it: {@code dev:/dev/tpmrm0}, {@code tcp:host:port} */
    static TpmIdentity read(String device, boolean withCertificate) throws IOException {
        try (TpmSecurityModule tpm = TpmSecurityModule.at(device)) {
            EndorsementKey key = tpm.attestation().endorsementKey();
            Optional<Bytes> found = withCertificate ? tpm.endorsementCertificate() : Optional.empty();
            if (found.isPresent() && !isFor(key, found.get())) {
                throw new IOException("the certificate that the TPM at " + device
                        + " holds is for another key than its endorsement key; leave --with-certificate away");
            }
            return new TpmIdentity(key, found);
        }
    }

    /** The digest by which a shipment names a TPM, in lower-case hexadecimal. */
    String hash() {
        return key.digest().toString();
    }

    private static boolean isFor(EndorsementKey key, Bytes der) throws IOException {
        try {
            var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der.toArray()));
            var modulus = new BigInteger(1, key.key().modulus().toArray());
            return certificate.getPublicKey() instanceof RSAPublicKey rsa
                    && rsa.getModulus().equals(modulus);
        } catch (CertificateException e) {
            throw new IOException("the TPM's certificate of its endorsement key cannot be read: " + e.getMessage(), e);
        }
    }
}
