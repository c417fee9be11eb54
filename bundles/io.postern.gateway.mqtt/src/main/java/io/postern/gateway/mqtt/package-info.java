// SPDX-License-Identifier: Apache-2.0
/** Hub sessions and provisioning over MQTT 3.1.1 and TLS. Nothing else in the gateway knows Paho. */
@NullMarked
package io.postern.gateway.mqtt;

import org.jspecify.annotations.NullMarked;
