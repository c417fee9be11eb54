// SPDX-License-Identifier: Apache-2.0
/** From the hub to the instrument: desired properties and direct methods of leaves become writes, and are answered. */
@NullMarked
package io.postern.gateway.downlink;

import org.jspecify.annotations.NullMarked;
