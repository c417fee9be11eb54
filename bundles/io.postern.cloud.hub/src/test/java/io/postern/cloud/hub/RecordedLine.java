// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.methods.MethodCall;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The listener's end of a session: keeps what the hub says to it. */
final class RecordedLine implements DeviceConnection {
    final List<CloseReason> closed = new ArrayList<>();
    final List<JsonObject> desired = new ArrayList<>();

    final BlockingQueue<MethodCall> calls = new LinkedBlockingQueue<>();
    final AtomicInteger commandsWaiting = new AtomicInteger();

    @Override
    public void commandsWaiting() {
        commandsWaiting.incrementAndGet();
    }

    @Override
    public void methodCalled(MethodCall call) {
        calls.add(call);
    }

    @Override
    public void close(CloseReason reason) {
        closed.add(reason);
    }

    @Override
    public void desiredChanged(JsonObject patch, long version) {
        desired.add(patch);
    }
}
