// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.Bytes;

/** Signs with the key of the one policy the token service holds; the key itself stays behind this door. */
public interface PolicySigner {
    /** The name that goes into a token's {@code skn}. */
    String policy();

    /** HMAC-SHA256 of {@code stringToSign} under the policy's primary key of the moment. */
    Bytes sign(byte[] stringToSign);
}
