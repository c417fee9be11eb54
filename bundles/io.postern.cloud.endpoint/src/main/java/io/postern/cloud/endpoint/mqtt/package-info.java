// SPDX-License-Identifier: Apache-2.0
/**
 * The MQTT 3.1.1 door of the hub: packets in, a call, packets out.
 *
 * <p>The packets are read and written here and not by a broker library, because a hub must be able to stop reading a
 * socket whose messages are not durable yet, and must bound what it reads before it knows who speaks.
 */
@NullMarked
package io.postern.cloud.endpoint.mqtt;

import org.jspecify.annotations.NullMarked;
