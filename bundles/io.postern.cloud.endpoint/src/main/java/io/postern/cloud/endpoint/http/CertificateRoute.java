// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.x509.Authority;
import io.postern.cloud.hub.x509.CaCertificate;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.cloud.hub.x509.CaName;
import io.postern.cloud.hub.x509.CaReply;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators make CAs known and prove to hold their keys (CEN-07), after the hosted service's resource API:
 * {@code /certificates}, {@code /certificates/{name}}, and below that {@code generateVerificationCode} and
 * {@code verify}. The provisioning service has such a list for each tenant, each hub has its own.
 */
public final class CertificateRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateRoute.class);

    /** Who may read and change the list, and how refusals are worded where it is kept. */
    public interface Door {
        Answer reading(Request request, Supplier<Reply> room);

        Answer changing(Request request, Supplier<Reply> room);

        Reply refuse(Request request, int code, String name, String text);

        Reply wrongMethod(Request request, String allowed);
    }

    private final CaCertificates authorities;
    private final Door door;

    public CertificateRoute(CaCertificates authorities, Door door) {
        this.authorities = authorities;
        this.door = door;
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.has(0, "certificates")) {
            return Optional.empty();
        }
        return switch (request.segments().size()) {
            case 1 -> Optional.of(all(request));
            case 2 -> Optional.of(certificate(request));
            case 3 -> proof(request);
            default -> Optional.empty();
        };
    }

    private Answer all(Request request) {
        return request.method().equals("GET") ? door.reading(request, this::list) : door.wrongMethod(request, "GET");
    }

    private Answer certificate(Request request) {
        return switch (request.method()) {
            case "GET" -> door.reading(request, () -> read(request));
            case "PUT" -> door.changing(request, () -> put(request));
            case "DELETE" -> door.changing(request, () -> delete(request));
            default -> door.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Optional<Answer> proof(Request request) {
        if (request.has(2, "generateVerificationCode")) {
            return Optional.of(posted(request, () -> newCode(request)));
        }
        return request.has(2, "verify") ? Optional.of(posted(request, () -> verify(request))) : Optional.empty();
    }

    private Answer posted(Request request, Supplier<Reply> room) {
        return request.method().equals("POST") ? door.changing(request, room) : door.wrongMethod(request, "POST");
    }

    private Reply list() {
        var entries = Json.array();
        authorities.all().forEach(entry -> entries.add(entry.toJson()));
        return Reply.json(200, Json.object().add("value", entries).build());
    }

    private Reply read(Request request) {
        CaName name = name(request);
        return authorities
                .find(name)
                .map(entry -> Reply.json(200, entry.toJson()))
                .orElseGet(() -> reply(request, new CaReply.NotFound(name)));
    }

    private Reply put(Request request) {
        var authority = new Authority(sent(request));
        return reply(request, authorities.put(name(request), authority, request.condition()));
    }

    private Reply delete(Request request) {
        return reply(request, authorities.delete(name(request), request.condition()));
    }

    private Reply newCode(Request request) {
        return reply(request, authorities.newCode(name(request), request.condition()));
    }

    private Reply verify(Request request) {
        return reply(request, authorities.verify(name(request), sent(request), request.condition()));
    }

    private Reply reply(Request request, CaReply reply) {
        return switch (reply) {
            case CaReply.Stored(CaCertificate entry) -> {
                LOG.atInfo()
                        .addKeyValue("ca", entry.name())
                        .addKeyValue("verified", entry.verified())
                        .log("CA certificate stored");
                yield Reply.json(200, entry.toJson()).with("ETag", "\"" + entry.etag() + "\"");
            }
            case CaReply.Deleted(CaName name) -> {
                LOG.atInfo().addKeyValue("ca", name).log("CA certificate deleted");
                yield Reply.empty(204);
            }
            case CaReply.NotFound(CaName name) ->
                door.refuse(request, 404_006, "CertificateNotFound", "there is no CA certificate " + name);
            case CaReply.TooMany(int most) ->
                door.refuse(
                        request,
                        403_003,
                        "QuotaExceeded",
                        "there are at most " + most + " CA certificates; delete one first");
            case CaReply.EtagMismatch(CaName name, String current) ->
                door.refuse(
                        request,
                        412_001,
                        "PreconditionFailed",
                        "the entry " + name + " has changed: its etag is " + current + "; read it again");
            case CaReply.NotProven(String reason) -> door.refuse(request, 400_005, "PossessionNotProven", reason);
        };
    }

    private static CaName name(Request request) {
        return new CaName(request.segments().get(1));
    }

    /** The certificate stands beside {@code properties} or in it. */
    private static X509Certificate sent(Request request) {
        JsonObject body = Json.parseObject(request.body().toUtf8());
        return CertificateCodec.parse(
                Json.requireText(Json.object(body, "properties").orElse(body), "certificate"));
    }
}
