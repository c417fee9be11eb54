// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import java.io.IOException;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.jspecify.annotations.Nullable;

/** Our end of one link; called by the connection's thread alone. Exceptions end the whole connection. */
interface LinkEnd {
    /** The hub has accepted the link. */
    void accepted() throws IOException;

    /** The hub has refused the link or ended it. */
    void detached(@Nullable ErrorCondition why) throws IOException;

    /** The hub has given credit. */
    default void flowed() {}

    /** Something of a delivery has changed or arrived. */
    void delivered(Delivery delivery) throws IOException;
}
