// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** The listener's end of a session: keeps what the hub says to it. */
final class RecordedLine implements DeviceConnection {
    final List<CloseReason> closed = new ArrayList<>();
    final List<JsonObject> desired = new ArrayList<>();

    @Override
    public void close(CloseReason reason) {
        closed.add(reason);
    }

    @Override
    public void desiredChanged(JsonObject patch, long version) {
        desired.add(patch);
    }
}
