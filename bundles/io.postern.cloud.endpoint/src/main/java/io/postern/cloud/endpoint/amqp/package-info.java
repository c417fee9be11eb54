// SPDX-License-Identifier: Apache-2.0
/**
 * AMQP 1.0 over a {@link io.postern.cloud.endpoint.Duplex}: one engine for all services, which keep the small ports of
 * this package. The protocol library (Qpid proton-j) is known here only.
 */
@NullMarked
package io.postern.cloud.endpoint.amqp;

import org.jspecify.annotations.NullMarked;
