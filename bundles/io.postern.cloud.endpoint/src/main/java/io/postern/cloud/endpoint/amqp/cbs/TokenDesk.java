// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.cbs;

import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;

/** Who decides about tokens that are put on a connection. Called on the connection's own virtual thread. */
public interface TokenDesk {
    /**
     * A client shows a token.
     *
     * @param audience what the client says the token is for: host and path
     */
    Verdict put(ResourceUri audience, SasToken token);

    /** What the client is told. */
    sealed interface Verdict {
        /** The token counts from now on. */
        record Accepted() implements Verdict {}

        /**
         * The token does not count; what was put before still does.
         *
         * @param status 400, 401 or 404
         * @param reason for the log
         */
        record Refused(int status, String reason) implements Verdict {}
    }
}
