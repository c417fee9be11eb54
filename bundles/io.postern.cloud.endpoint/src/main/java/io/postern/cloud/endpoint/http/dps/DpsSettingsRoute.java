// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.Operation;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.endpoint.http.PrometheusText;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.wire.Json;
import io.postern.wire.UtcText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a tenant is and has counted, for reading only: {@code /settings} (its id scope never changes, DPS-13), {@code
 * /operations} (DPS-27), and the same counts for a monitoring system at {@code /metrics}.
 */
final class DpsSettingsRoute implements Route {
    private final ProvisioningTenant tenant;
    private final OperatorDoor door;

    DpsSettingsRoute(ProvisioningTenant tenant, OperatorDoor door) {
        this.tenant = tenant;
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (request.segments().size() != 1) {
            return Optional.empty();
        }
        if (request.has(0, "settings")) {
            return Optional.of(door.get(request, ServicePermission.SERVICE_CONFIG, _ -> settings()));
        }
        if (request.has(0, "operations")) {
            return Optional.of(door.get(request, ServicePermission.REGISTRATION_STATUS_READ, _ -> operations()));
        }
        return request.has(0, "metrics")
                ? Optional.of(door.get(request, ServicePermission.REGISTRATION_STATUS_READ, _ -> metrics()))
                : Optional.empty();
    }

    private Reply settings() {
        var hubs = Json.array();
        tenant.linkedHubs().all().forEach(link -> hubs.add(link.name().text()));
        return Reply.json(
                200,
                Json.object()
                        .add("name", tenant.name().text())
                        .add("idScope", tenant.idScope().text())
                        .add("serviceHost", tenant.serviceHost().text())
                        .add("provisioningHost", tenant.provisioningHost().text())
                        .add("linkedHubs", hubs)
                        .add("createdDateTimeUtc", UtcText.of(tenant.created()))
                        .build());
    }

    private Reply operations() {
        var operations = Json.object();
        tenant.meter().counts().forEach((operation, count) -> operations.add(operation.text(), count));
        return Reply.json(
                200,
                Json.object()
                        .add("idScope", tenant.idScope().text())
                        .add("sinceDateTimeUtc", UtcText.of(tenant.created()))
                        .add("operations", operations)
                        .build());
    }

    private Reply metrics() {
        var text = new PrometheusText();
        text.counter("postern_dps_operations_total", "Successful operations of the provisioning service.");
        tenant.meter().counts().forEach((operation, count) -> text.sample(labels(operation), count));
        return text.reply();
    }

    private Map<String, String> labels(Operation operation) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("scope", tenant.idScope().text());
        labels.put("tenant", tenant.name().text());
        labels.put("operation", operation.text());
        return labels;
    }
}
