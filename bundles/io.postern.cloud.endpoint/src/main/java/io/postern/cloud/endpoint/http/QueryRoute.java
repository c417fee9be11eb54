// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.DeviceSearch;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.query.DeviceQuery;
import io.postern.cloud.hub.query.Selection;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Questions about devices (SYS-07, HUB-33): {@code POST /devices/query} with ServiceConnect, answered page by page under
 * the headers official clients read.
 *
 * <p>A continuation names the query it belongs to and the place behind the last item given. It stays good as long as the
 * hub does, whatever changes meanwhile: devices that come or go behind that place are in the rest or not.
 */
final class QueryRoute implements Route {
    private static final String DEFAULT_PAGE = "100"; // what Azure's answers hold when nothing is said
    private static final String CONTINUATION = "x-ms-continuation";
    private static final int MOST_AT_ONCE =
            4; // each may go through all devices, in a database that telemetry waits for

    private final Hub hub;
    private final HubDoor door;
    private final Semaphore turns;

    QueryRoute(Hub hub, ErrorReplies errors) {
        this(hub, errors, new Semaphore(MOST_AT_ONCE));
    }

    /** @param turns a permit for each query that may be answered at once */
    QueryRoute(Hub hub, ErrorReplies errors, Semaphore turns) {
        this.turns = turns;
        this.hub = hub;
        this.door = HubDoor.of(hub, errors);
    }

    @Override
    public Optional<Answer> handle(Request request) {
        boolean meant = request.host().equals(hub.name().text())
                && request.has(0, "devices")
                && request.has(1, "query")
                && request.segments().size() == 2
                && request.method().equals("POST"); // anything else is about a device that is called query
        return meant
                ? Optional.of(door.permitted(request, Permission.SERVICE_CONNECT, () -> askInTurn(request)))
                : Optional.empty();
    }

    private Reply askInTurn(Request request) {
        if (!turns.tryAcquire()) {
            return door.refuse(
                            request,
                            429_001,
                            "ThrottlingException",
                            "as many queries of this hub as may be are being answered already; try again in a second")
                    .with("Retry-After", "1");
        }
        try {
            return ask(request);
        } finally {
            turns.release();
        }
    }

    private Reply ask(Request request) {
        String text = Json.requireText(Json.parseObject(request.body().toUtf8()), "query");
        DeviceQuery query = DeviceQuery.parse(text);
        DeviceSearch.Page page = hub.search().ask(query, place(request, text), size(request));
        var items = Json.array();
        page.items().forEach(items::add);
        Reply reply = Reply.json(200, items.build()).with("x-ms-item-type", itemType(query.selection()));
        return page.next()
                .map(next -> reply.with(CONTINUATION, continuation(text, next)))
                .orElse(reply);
    }

    private static String itemType(Selection selection) {
        return switch (selection) {
            case Selection.Twins _ -> "Twin";
            case Selection.Fields _, Selection.Counts _ -> "Raw";
        };
    }

    private static int size(Request request) {
        String text = request.header("x-ms-max-item-count").orElse(DEFAULT_PAGE).strip();
        if (!text.matches("0*[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException(
                    "x-ms-max-item-count is 1 to " + DeviceSearch.LARGEST_PAGE + ", not \"" + Shown.of(text) + "\"");
        }
        return Math.min(Integer.parseInt(text), DeviceSearch.LARGEST_PAGE);
    }

    private static String continuation(String query, DeviceSearch.Place place) {
        return Bytes.utf8(mark(query) + " " + place.given() + " " + place.after())
                .toBase64();
    }

    private static DeviceSearch.Place place(Request request, String query) {
        Optional<String> given = request.header(CONTINUATION).filter(text -> !text.isBlank());
        if (given.isEmpty()) {
            return DeviceSearch.Place.START;
        }
        try {
            String[] parts = Bytes.base64(given.get().strip()).toUtf8().split(" ", 3);
            if (parts.length == 3 && parts[0].equals(mark(query)) && parts[1].matches("[1-9][0-9]{0,17}")) {
                return new DeviceSearch.Place(parts[2], Long.parseLong(parts[1]));
            }
        } catch (IllegalArgumentException e) {
            // not of this hub: told below like one of another query
        }
        throw new IllegalArgumentException("x-ms-continuation is not one of this query; begin without it");
    }

    /** Tells the continuations of two queries apart; protects nothing. */
    private static String mark(String query) {
        return Integer.toHexString(query.hashCode());
    }
}
