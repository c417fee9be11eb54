// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.wire.DeviceId;
import io.postern.wire.box.BoxStatement;
import java.util.Optional;

/**
 * What a gateway asks, who has yet to prove itself.
 *
 * @param leaf for whom it wants to speak
 * @param box what it says of the box it runs in; other programs than ours say nothing
 */
public record LeafQuestion(DeviceId leaf, Optional<BoxStatement> box) {
    public static LeafQuestion of(DeviceId leaf) {
        return new LeafQuestion(leaf, Optional.empty());
    }
}
