// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes.kafka;

import io.postern.cloud.routes.RouteConfig;
import io.postern.cloud.routes.RouteTarget;
import io.postern.cloud.routes.RouteTargetFactory;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;

/** The kind {@code kafka}. */
@Component
public final class KafkaTargetFactory implements RouteTargetFactory {
    @Override
    public String kind() {
        return "kafka";
    }

    @Override
    public RouteTarget open(RouteConfig settings) throws IOException {
        return new KafkaTarget(KafkaSettings.of(settings));
    }
}
