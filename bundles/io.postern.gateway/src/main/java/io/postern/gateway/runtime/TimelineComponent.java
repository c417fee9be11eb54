// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Milestones;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLongArray;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** The milestones as a service; the first of them is that the framework runs and is configured. */
@Component(
        service = Milestones.class,
        immediate = true,
        configurationPid = "io.postern.gateway",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class TimelineComponent implements Milestones {
    private final TimelineFile timeline;
    private final AtomicLongArray counts = new AtomicLongArray(Milestone.values().length);

    @Activate
    public TimelineComponent(GatewayConfig config) throws IOException {
        timeline =
                TimelineFile.open(GatewaySettings.path("timelineFile", config.timelineFile()), InstantSource.system());
        timeline.reached(Milestone.FRAMEWORK_READY, "");
    }

    @Deactivate
    void deactivate() {
        timeline.close();
    }

    @Override
    public void reached(Milestone milestone, String subject) {
        counts.incrementAndGet(milestone.ordinal());
        timeline.reached(milestone, subject);
    }

    @Override
    public long count(Milestone milestone) {
        return counts.get(milestone.ordinal());
    }
}
