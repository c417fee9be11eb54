// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.routes.Routes;
import java.util.List;

/** All routes of one hub, in the order they are asked. Each path they know has its row in the permission matrix. */
public final class HubRoutes {
    private HubRoutes() {}

    public static List<Route> of(Hub hub, Routes backEnds, Monitoring monitoring, ErrorReplies errors) {
        return List.of(
                new CommandRoute(hub, errors),
                new DeviceRoute(hub, errors),
                new MethodRoute(hub, errors),
                new TwinRoute(hub, errors),
                new QueryRoute(hub, errors),
                new HubRegistryRoute(hub, errors),
                new HubTransferRoute(hub, errors),
                new HubJobRoute(hub, errors),
                new HubPolicyRoute(hub, errors),
                new HubAccessRoute(hub, errors),
                new HubCertificateRoute(hub, errors),
                new ConsumerGroupRoute(hub, errors),
                new BackEndRoute(hub, backEnds, errors),
                new EventsRoute(hub, errors),
                new MetricsRoute(hub, monitoring, errors),
                new OperationsRoute(hub, errors));
    }
}
