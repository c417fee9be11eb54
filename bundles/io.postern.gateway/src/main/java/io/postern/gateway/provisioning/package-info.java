// SPDX-License-Identifier: Apache-2.0
/** How a gateway finds its hub: one provisioning attempt, what is remembered of it, and the pauses between attempts. */
@NullMarked
package io.postern.gateway.provisioning;

import org.jspecify.annotations.NullMarked;
