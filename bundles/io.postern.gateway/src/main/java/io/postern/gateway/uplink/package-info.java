// SPDX-License-Identifier: Apache-2.0
/** From the outbox to the hub: the gateway's own identity, the leaves' tokens, one uplink for each leaf. */
@NullMarked
package io.postern.gateway.uplink;

import org.jspecify.annotations.NullMarked;
