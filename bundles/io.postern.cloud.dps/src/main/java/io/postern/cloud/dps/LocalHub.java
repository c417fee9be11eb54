// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.ConnectionString;

/** A hub of this process: linked without a way to it, only with the right to it. */
public interface LocalHub extends LinkedHub {
    /** Whether a policy of the hub, with one of its keys, gives all that a link needs (DPS-18). */
    boolean admits(ConnectionString access);
}
