// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.endpoint.amqp.Lane;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.LinkRequest;
import io.postern.cloud.endpoint.amqp.Refusals;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.Principal;
import io.postern.wire.ResourceUri;
import java.util.Optional;

/** Links of the service's own clients beside those of devices: senders of commands, readers of feedback and events. */
@FunctionalInterface
public interface ServiceSide {
    /** Begins what this side has with one connection, once it asks for something that is none of a device's. */
    Visit visit(Guest guest);

    /** What this side has with one connection. Called on the connection's virtual thread. */
    interface Visit extends AutoCloseable {
        /** Decides about a link; empty when the address is not one of this side's. */
        Optional<LinkAnswer> attach(LinkRequest request);

        /** The connection has ended. */
        @Override
        void close();
    }

    /** Who asks. Safe for any thread. */
    interface Guest {
        /** The hub this connection was opened to. */
        Hub hub();

        /**
         * Asks of every token shown so far for the hub, by PLAIN or put at {@code $cbs}, whether it allows this.
         *
         * @param asked what lies below the hub
         * @return who is allowed until when; else why the last of them is not
         */
        AccessDecision<Principal.Service> admit(Permission needed, ResourceUri asked);

        /** A lane of its own for one link. */
        Lane lane();

        /** What the client is told when it is refused. */
        Refusals refusals();
    }
}
