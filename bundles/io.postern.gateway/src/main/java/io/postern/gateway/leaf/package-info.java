// SPDX-License-Identifier: Apache-2.0
/**
 * Configured leaves: which instrument on which line is which device of the hub, whether it still is the same one, when
 * its values are worth a message, and when there were none.
 */
@NullMarked
package io.postern.gateway.leaf;

import org.jspecify.annotations.NullMarked;
