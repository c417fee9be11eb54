// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import io.postern.wire.DeviceId;

/** What the hub says to a command. */
public sealed interface SendReply {
    /** It is durable and will be delivered, or its sender is told why not. */
    record Accepted(String messageId, long sequence) implements SendReply {}

    /** 403004: so many wait already. */
    record QueueFull(DeviceId device, int pending) implements SendReply {}

    /** 404001. */
    record NoDevice(DeviceId device) implements SendReply {}
}
