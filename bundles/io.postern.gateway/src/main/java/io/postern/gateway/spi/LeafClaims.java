// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import io.postern.wire.DeviceId;

/**
 * Which driver speaks for which leaf. A driver claims its leaf before it starts, so that a leaf nobody listed and two
 * sensors under one identity are found when the configuration is read and not reading by reading.
 */
@FunctionalInterface
public interface LeafClaims {
    /**
     * Makes {@code claimant} the one driver of {@code leaf} until the claim is closed.
     *
     * @param claimant the driver's configuration, to be named to whoever comes second
     * @throws IllegalArgumentException naming the key {@code leaf} when it is not one of this gateway's, or taken
     */
    Claim claim(DeviceId leaf, String claimant);

    /** Holds a leaf; closing lets it go. */
    interface Claim extends AutoCloseable {
        @Override
        void close();
    }
}
