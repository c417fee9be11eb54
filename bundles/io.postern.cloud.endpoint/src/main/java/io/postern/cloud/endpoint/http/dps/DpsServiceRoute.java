// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.TenantName;
import io.postern.cloud.endpoint.http.Answer;
import io.postern.cloud.endpoint.http.CertificateRoute;
import io.postern.cloud.endpoint.http.ErrorReplies;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The service endpoint (DPS-15), at a host of each tenant's own: which tenant a request is for is told by the host it
 * was sent to and by nothing else, and its token must have been signed for that host with that tenant's key (DPS-14).
 */
public final class DpsServiceRoute implements Route {
    private final ProvisioningService service;
    private final DpsDoor door;

    public DpsServiceRoute(ProvisioningService service, ErrorReplies errors) {
        this.service = service;
        this.door = new DpsDoor(errors);
    }

    @Override
    public Optional<? extends Answer> handle(Request request) {
        return service.tenants().atHost(request.host()).flatMap(tenant -> rooms(tenant)
                .<Answer>flatMap(route -> route.handle(request).stream())
                .findFirst());
    }

    private Stream<Route> rooms(ProvisioningTenant tenant) {
        var operators = new OperatorDoor(tenant.gate(), door);
        Stream<Route> own = Stream.of(
                new DpsEnrollmentRoute(tenant, operators),
                new DpsGroupRoute(tenant, operators),
                new DpsRecordRoute(tenant, operators),
                new CertificateRoute(tenant.authorities(), new DpsCertificateDoor(operators)),
                new ShipmentRoute(tenant, operators),
                new DpsTrustBundleRoute(tenant.trustBundles(), operators),
                new TpmTrustRoute(tenant.shipments(), operators),
                new DpsReplacementRoute(tenant.replacements(), operators),
                new DpsPolicyRoute(tenant.policies(), operators),
                new DpsSettingsRoute(tenant, operators),
                new DpsLinkedHubRoute(tenant.linkedHubs(), operators),
                new DpsAllocationRoute(tenant.allocation(), operators));
        return tenant.name().equals(TenantName.DEFAULT)
                ? Stream.concat(own, Stream.of(new DpsScopeRoute(service.tenants(), operators)))
                : own;
    }
}
