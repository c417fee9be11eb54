// SPDX-License-Identifier: Apache-2.0
/** Other roots for a gateway in the field (HUB-22): where a signed bundle of them comes from, and what becomes of it. */
@NullMarked
package io.postern.gateway.trust;

import org.jspecify.annotations.NullMarked;
