// SPDX-License-Identifier: Apache-2.0
/** MQTT as a load generator speaks it: as little as it can be beside what is measured. */
@NullMarked
package io.postern.lab.bench.mqtt;

import org.jspecify.annotations.NullMarked;
