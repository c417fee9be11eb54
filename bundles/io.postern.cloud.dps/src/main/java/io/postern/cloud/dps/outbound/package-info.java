// SPDX-License-Identifier: Apache-2.0
/** The HTTPS calls this service makes itself: to linked hubs and to webhooks. */
@NullMarked
package io.postern.cloud.dps.outbound;

import org.jspecify.annotations.NullMarked;
