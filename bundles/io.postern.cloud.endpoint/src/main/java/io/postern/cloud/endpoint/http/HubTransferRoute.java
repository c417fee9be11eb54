// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.transfer.RegistryLines;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Shown;
import java.io.ByteArrayInputStream;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * The registry in and out without a blob container, an interface of ours: {@code GET /registry/export} answers lines of
 * JSON, page by page; {@code POST /registry/import} takes them. Each page stands alone, so that a registry of any size
 * outlives tokens, connections and restarts, and neither side holds more than a page.
 */
final class HubTransferRoute implements Route {
    private static final String LINES = "application/x-ndjson; charset=utf-8";

    private final Hub hub;
    private final HubDoor door;

    HubTransferRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.door = HubDoor.ofRegistry(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        if (!request.host().equals(hub.name().text())
                || !request.has(0, "registry")
                || request.segments().size() != 2) {
            return Optional.empty();
        }
        if (request.has(1, "export")) {
            return Optional.of(
                    request.method().equals("GET")
                            ? door.permitted(request, Permission.REGISTRY_READ, () -> page(request))
                            : door.wrongMethod(request, "GET"));
        }
        if (request.has(1, "import")) {
            return Optional.of(
                    request.method().equals("POST")
                            ? door.permitted(request, Permission.REGISTRY_READ_WRITE, () -> take(request))
                            : door.wrongMethod(request, "POST"));
        }
        return Optional.empty();
    }

    private Reply page(Request request) {
        String after = request.header("x-ms-continuation")
                .filter(text -> !text.isBlank())
                .map(text -> DeviceId.of(text).text())
                .orElse("");
        boolean withKeys = !"true".equalsIgnoreCase(request.query().get("excludeKeys"));
        RegistryLines.Page page = RegistryLines.page(hub.export(), after, withKeys);
        Reply reply = new Reply(200, new LinkedHashMap<>(), Bytes.utf8(page.lines())).with("Content-Type", LINES);
        return page.next().map(last -> reply.with("x-ms-continuation", last)).orElse(reply);
    }

    private Reply take(Request request) {
        var lines = new ByteArrayInputStream(request.body().toArray());
        return Reply.json(
                200, RegistryLines.take(hub.bulk(), lines, first(request)).toJson());
    }

    private static long first(Request request) {
        String text = request.query().getOrDefault("line", "1");
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("line is a number, not \"" + Shown.of(text) + "\"");
        }
        return Long.parseLong(text);
    }
}
