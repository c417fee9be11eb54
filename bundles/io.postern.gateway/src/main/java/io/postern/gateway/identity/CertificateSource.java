// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import io.postern.gateway.spi.ClientCertificate;

/** Where the gateway's certificate comes from; another one when it was renewed. */
@FunctionalInterface
public interface CertificateSource {
    /** @throws IdentityException saying which file or chip is at fault and what to do */
    ClientCertificate current() throws IdentityException;
}
