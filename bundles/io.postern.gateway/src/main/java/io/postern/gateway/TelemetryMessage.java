// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import java.time.Instant;

/**
 * A reading on its way to the hub.
 *
 * @param sequence counts the messages of this leaf from 1 without gaps, across restarts: the cloud side sees gaps and
 *     duplicates by it
 * @param taken when the values were read
 * @param body JSON, UTF-8
 */
public record TelemetryMessage(DeviceId leaf, long sequence, Instant taken, Bytes body) {}
