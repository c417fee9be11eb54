// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway;

/** What a message is worth when not all can be kept, and which goes first when many wait. Best first. */
public enum Priority {
    /** Somebody has to act on it. */
    ALARM,
    /** What the gateway is there for. */
    MEASUREMENT,
    /** Of use to whoever looks for a cause. */
    DIAGNOSTIC
}
