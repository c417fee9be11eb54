// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.Enrollments;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.wire.Bytes;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Queries of the provisioning service: a whole list, page by page, under the headers official clients read. */
final class Paging {
    private static final String DEFAULT_SIZE = "100"; // what the hosted service's answers hold when nothing is said

    private final String itemType;
    private final String list;
    private final Pattern query;

    /**
     * @param itemType what the answer says its items are
     * @param list what a query names after {@code from}
     */
    Paging(String itemType, String list) {
        this.itemType = itemType;
        this.list = list;
        this.query = Pattern.compile("\\*|select\\s+\\*(\\s+from\\s+" + list.toLowerCase(Locale.ROOT) + ")?");
    }

    /** @throws IllegalArgumentException when the request asks for anything but the whole list */
    void requireWholeList(Request request) {
        String text = Json.requireText(Json.parseObject(request.body().toUtf8()), "query")
                .strip();
        if (!query.matcher(text.toLowerCase(Locale.ROOT)).matches()) {
            throw new IllegalArgumentException(
                    "the query understood here is \"select * from " + list + "\", not \"" + Shown.of(text) + "\"");
        }
    }

    int size(Request request) {
        String text = request.header("x-ms-max-item-count").orElse(DEFAULT_SIZE);
        try {
            return Math.min(Integer.parseInt(text.strip()), Enrollments.LARGEST_PAGE);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("x-ms-max-item-count is a number, not \"" + Shown.of(text) + "\"", e);
        }
    }

    /**
     * The id after which the page starts.
     *
     * @throws IllegalArgumentException when the request continues another list, or that of another tenant
     */
    <I> Optional<I> after(Request request, IdScope scope, Function<String, I> parse) {
        return request.header("x-ms-continuation")
                .filter(text -> !text.isBlank())
                .map(text -> {
                    try {
                        String place = Bytes.base64(text.strip()).toUtf8();
                        String head = head(scope);
                        if (!place.startsWith(head)) {
                            throw new IllegalArgumentException("it continues another list");
                        }
                        return parse.apply(place.substring(head.length()));
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(
                                "x-ms-continuation is not one of this list; begin without it", e);
                    }
                });
    }

    /** @param last the id after which the next page starts; empty on the last page */
    Reply reply(JsonArray items, IdScope scope, Optional<String> last) {
        Reply reply = Reply.json(200, items).with("x-ms-item-type", itemType);
        return last.map(id -> reply.with(
                        "x-ms-continuation", Bytes.utf8(head(scope) + id).toBase64()))
                .orElse(reply);
    }

    private String head(IdScope scope) {
        return scope + "/" + list + "/";
    }
}
