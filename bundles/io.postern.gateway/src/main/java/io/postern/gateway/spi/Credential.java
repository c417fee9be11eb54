// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.SasToken;

/** What a connection to the cloud proves itself with: the same for provisioning service, hub and token service. */
public sealed interface Credential {
    /** A signature under a symmetric key, sent along; worthless when its time is over (HUB-02). */
    record Token(SasToken token) implements Credential {}

    /** A certificate shown in the TLS handshake; nothing is sent along (HUB-03). */
    record Certificate(ClientCertificate certificate) implements Credential {}
}
