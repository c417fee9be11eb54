// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.box.BoxStatement;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;

/**
 * What a gateway may say in the body of its request; who it is, only one without a token has to.
 *
 * @param gateway who it is
 * @param hub whose leaf it asks about
 * @param box what it says of the box it runs in
 */
record LeafRequest(Optional<DeviceId> gateway, Optional<HubName> hub, Optional<BoxStatement> box) {
    /** @throws IllegalArgumentException naming the member that is wrong */
    static LeafRequest of(Request request) {
        JsonObject body = request.body().isEmpty()
                ? JsonValue.EMPTY_JSON_OBJECT
                : Json.parseObject(request.body().toUtf8());
        return new LeafRequest(
                Json.text(body, "gateway").map(DeviceId::of),
                Json.text(body, "hub").map(HubName::of),
                Json.object(body, BoxStatement.MEMBER).map(BoxStatement::of));
    }
}
