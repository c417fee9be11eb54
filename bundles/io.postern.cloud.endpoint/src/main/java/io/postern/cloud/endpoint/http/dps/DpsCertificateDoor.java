// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.endpoint.http.Answer;
import io.postern.cloud.endpoint.http.CertificateRoute;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import java.util.function.Supplier;

/** The door of a tenant's CAs: they are configuration of the service, to read and to change (DPS-15). */
record DpsCertificateDoor(OperatorDoor door) implements CertificateRoute.Door {
    @Override
    public Answer reading(Request request, Supplier<Reply> room) {
        return door.pass(request, ServicePermission.SERVICE_CONFIG, _ -> room.get());
    }

    @Override
    public Answer changing(Request request, Supplier<Reply> room) {
        return reading(request, room);
    }

    @Override
    public Reply refuse(Request request, int code, String name, String text) {
        return door.refuse(request, code, name, text);
    }

    @Override
    public Reply wrongMethod(Request request, String allowed) {
        return door.wrongMethod(request, allowed);
    }
}
