// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The CAs whose devices a hub lets in (HUB-19): who may change the registry may change them, for each stands for all the
 * devices of type certificateAuthority.
 */
public final class HubCertificateRoute implements Route {
    private final Hub hub;
    private final CertificateRoute certificates;

    public HubCertificateRoute(Hub hub, ErrorReplies errors) {
        this.hub = hub;
        this.certificates = new CertificateRoute(hub.authorities(), new RegistryDoor(HubDoor.of(hub, errors)));
    }

    @Override
    public Optional<Answer> handle(Request request) {
        return request.host().equals(hub.name().text()) ? certificates.handle(request) : Optional.empty();
    }

    private record RegistryDoor(HubDoor door) implements CertificateRoute.Door {
        @Override
        public Answer reading(Request request, Supplier<Reply> room) {
            return door.permitted(request, Permission.REGISTRY_READ, room);
        }

        @Override
        public Answer changing(Request request, Supplier<Reply> room) {
            return door.permitted(request, Permission.REGISTRY_READ_WRITE, room);
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
}
