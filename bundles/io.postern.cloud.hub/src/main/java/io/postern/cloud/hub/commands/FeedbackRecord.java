// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import io.postern.wire.DeviceId;
import java.time.Instant;

/**
 * What became of one command, for its sender (wire 5.3).
 *
 * @param messageId of the command
 * @param at when it was settled or given up
 */
public record FeedbackRecord(String messageId, Outcome outcome, DeviceId deviceId, String generationId, Instant at) {}
