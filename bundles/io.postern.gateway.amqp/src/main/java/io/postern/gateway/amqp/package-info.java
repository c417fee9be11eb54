// SPDX-License-Identifier: Apache-2.0
/** Hub sessions and provisioning over AMQP 1.0 and TLS. Nothing else in the gateway knows Qpid. */
@NullMarked
package io.postern.gateway.amqp;

import org.jspecify.annotations.NullMarked;
