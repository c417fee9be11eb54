// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.dps.Enrollments;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
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

    /** The id after which the page starts. */
    <I> Optional<I> after(Request request, Function<String, I> parse) {
        return request.header("x-ms-continuation")
                .filter(text -> !text.isBlank())
                .map(text -> {
                    try {
                        byte[] last = Base64.getDecoder().decode(text.strip());
                        return parse.apply(new String(last, StandardCharsets.UTF_8));
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException("x-ms-continuation is not one of this service", e);
                    }
                });
    }

    /** @param last the id after which the next page starts; empty on the last page */
    Reply reply(JsonArray items, Optional<String> last) {
        Reply reply = Reply.json(200, items).with("x-ms-item-type", itemType);
        return last.map(id -> reply.with("x-ms-continuation", Bytes.utf8(id).toBase64()))
                .orElse(reply);
    }
}
