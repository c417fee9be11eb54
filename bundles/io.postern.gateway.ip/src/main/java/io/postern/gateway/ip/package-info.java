// SPDX-License-Identifier: Apache-2.0
/** The driver mqtt: an endpoint of the gateway's own for sensors that speak IP and MQTT themselves. */
@NullMarked
package io.postern.gateway.ip;

import org.jspecify.annotations.NullMarked;
