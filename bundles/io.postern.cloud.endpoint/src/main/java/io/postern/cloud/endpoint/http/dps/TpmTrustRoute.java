// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.shipment.Provenance;
import io.postern.cloud.dps.shipment.ProvenancePolicy;
import io.postern.cloud.dps.shipment.Shipments;
import io.postern.cloud.dps.shipment.VendorCa;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators say which TPMs they trust, an extension of ours: {@code /tpmVendors}, {@code /tpmVendors/{name}} and
 * {@code /tpmPolicy} (CEN-12).
 */
final class TpmTrustRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(TpmTrustRoute.class);

    private final Shipments shipments;
    private final OperatorDoor door;

    TpmTrustRoute(Shipments shipments, OperatorDoor door) {
        this.shipments = shipments;
        this.door = door;
    }

    @Override
    public Optional<Reply> handle(Request request) {
        int length = request.segments().size();
        if (request.has(0, "tpmPolicy") && length == 1) {
            return Optional.of(
                    switch (request.method()) {
                        case "GET" -> pass(request, this::readPolicy);
                        case "PUT" -> pass(request, this::putPolicy);
                        default -> door.wrongMethod(request, "GET, PUT");
                    });
        }
        if (!request.has(0, "tpmVendors") || length > 2) {
            return Optional.empty();
        }
        return Optional.of(
                length == 1 ? door.get(request, ServicePermission.SERVICE_CONFIG, this::list) : one(request));
    }

    private Reply one(Request request) {
        return switch (request.method()) {
            case "GET" -> pass(request, this::read);
            case "PUT" -> pass(request, this::put);
            case "DELETE" -> pass(request, this::delete);
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Reply pass(Request request, DpsDoor.Room room) {
        return door.pass(request, ServicePermission.SERVICE_CONFIG, room);
    }

    private Reply list(Request request) {
        var all = Json.array();
        shipments.vendors().all().forEach(ca -> all.add(ca.toJson()));
        return Reply.json(200, all.build());
    }

    private Reply read(Request request) {
        return shipments
                .vendors()
                .find(name(request))
                .map(ca -> Reply.json(200, ca.toJson()))
                .orElseGet(() -> none(request));
    }

    private Reply put(Request request) {
        JsonObject body = Json.parseObject(request.body().toUtf8());
        VendorCa ca = shipments
                .vendors()
                .put(
                        name(request),
                        new Authority(CertificateCodec.parse(Json.requireText(body, "certificate"))),
                        Json.text(body, "marks").map(Provenance::parse).orElse(Provenance.GENUINE));
        LOG.atInfo()
                .addKeyValue("ca", ca.name())
                .addKeyValue("marks", ca.marks().text())
                .log("TPM vendor's CA loaded");
        return Reply.json(200, ca.toJson());
    }

    private Reply delete(Request request) {
        if (!shipments.vendors().delete(name(request))) {
            return none(request);
        }
        LOG.atInfo().addKeyValue("ca", name(request)).log("TPM vendor's CA removed");
        return Reply.empty(204);
    }

    private Reply readPolicy(Request request) {
        return Reply.json(200, shown(shipments.policy().current()));
    }

    private Reply putPolicy(Request request) {
        var policy = ProvenancePolicy.parse(Json.parseObject(request.body().toUtf8()));
        shipments.policy().set(policy);
        LOG.atInfo().addKeyValue("accepts", policy).log("TPM policy set");
        return Reply.json(200, shown(policy));
    }

    private static JsonObject shown(ProvenancePolicy policy) {
        return Json.object().add("accepts", policy.toJson()).build();
    }

    private Reply none(Request request) {
        return door.refuse(request, 404_006, "CertificateNotFound", "there is no TPM vendor's CA " + name(request));
    }

    private static CaName name(Request request) {
        return new CaName(request.segments().get(1));
    }
}
