// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.DeviceId;

/** What becomes of an operator's wish that a gateway speak for a leaf. */
public sealed interface AssignmentReply {
    record Assigned(LeafAssignment assignment) implements AssignmentReply {}

    /** Another gateway speaks for it; taking it away must be asked for in so many words. */
    record HeldBy(DeviceId gateway) implements AssignmentReply {}

    record UnknownLeaf(DeviceId leaf) implements AssignmentReply {}
}
