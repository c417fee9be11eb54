// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.commands;

import io.postern.wire.Bytes;
import io.postern.wire.hub.PropertyBag;
import java.time.Instant;

/**
 * A command in the hands of its device, which settles it with {@code token} before {@code lockedUntil}.
 *
 * @param sequence its number in the queue of this device, growing
 * @param deliveries how often it was delivered before, in vain
 */
public record LockedCommand(
        LockToken token,
        Instant lockedUntil,
        long sequence,
        int deliveries,
        Instant enqueued,
        Instant expires,
        String messageId,
        PropertyBag properties,
        Bytes body,
        Acknowledgement acknowledgement) {}
