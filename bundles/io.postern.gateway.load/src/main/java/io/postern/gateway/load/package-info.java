// SPDX-License-Identifier: Apache-2.0
/**
 * Puts readings in any number through a running gateway, as lines would, and keeps account of each. Installed by
 * measurements and proofs; never in the product.
 */
@NullMarked
package io.postern.gateway.load;

import org.jspecify.annotations.NullMarked;
