// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderX509;
import io.postern.testkit.LabCa;
import java.security.Key;
import java.security.cert.X509Certificate;
import java.util.Collection;

/** A key with its certificate chain, as the official client asks for it. */
final class HeldCertificate extends SecurityProviderX509 {
    private final String commonName;
    private final LabCa.Holder holder;

    HeldCertificate(String commonName, LabCa.Holder holder) {
        this.commonName = commonName;
        this.holder = holder;
    }

    @Override
    public String getClientCertificateCommonName() {
        return commonName;
    }

    @Override
    public X509Certificate getClientCertificate() {
        return holder.certificate();
    }

    @Override
    public Key getClientPrivateKey() {
        return holder.key();
    }

    @Override
    public Collection<X509Certificate> getIntermediateCertificatesChain() {
        return holder.chain().subList(1, holder.chain().size());
    }
}
