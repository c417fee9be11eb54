// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.time;

import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.GatewayClock;
import jakarta.json.JsonObject;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code time.show}: how far the time is known, and since when. */
@Component(service = ControlCommand.class)
public final class TimeCommand implements ControlCommand {
    private final GatewayClock clock;

    @Activate
    public TimeCommand(@Reference GatewayClock clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return "time.show";
    }

    @Override
    public String summary() {
        return "how far the time is known, and from whom";
    }

    @Override
    public boolean changes() {
        return false;
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public JsonObject run(JsonObject arguments, Progress progress) {
        return clock.state().toJson();
    }
}
