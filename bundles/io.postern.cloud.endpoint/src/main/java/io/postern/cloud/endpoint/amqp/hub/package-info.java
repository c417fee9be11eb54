// SPDX-License-Identifier: Apache-2.0
/** The hub over AMQP: who may do what on a connection, and a device's links. */
@NullMarked
package io.postern.cloud.endpoint.amqp.hub;

import org.jspecify.annotations.NullMarked;
