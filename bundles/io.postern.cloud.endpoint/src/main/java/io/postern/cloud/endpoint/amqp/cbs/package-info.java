// SPDX-License-Identifier: Apache-2.0
/** Claims-based security: tokens put over a connection that is open already. */
@NullMarked
package io.postern.cloud.endpoint.amqp.cbs;

import org.jspecify.annotations.NullMarked;
