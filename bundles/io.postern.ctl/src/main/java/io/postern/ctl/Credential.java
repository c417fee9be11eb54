// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.ConnectionString;
import io.postern.wire.SasToken;
import io.postern.wire.Shown;
import java.time.Instant;

/** What opens one service: a policy's key, or what a user got at sign-in (HUB-32). */
public sealed interface Credential {

    /** The service's own name, also what its tokens speak for. */
    String host();

    /**
     * A token for the whole service.
     *
     * @throws ServiceException with 401 when it is over, saying how to begin anew
     */
    SasToken token(Instant now) throws ServiceException;

    /** Whom the service will see, as a person would say it. */
    String who();

    /**
     * The key that signs.
     *
     * @param purpose what it is needed for, to be named when there is none
     * @throws IllegalStateException for who has signed in and holds no key
     */
    ConnectionString key(String purpose);

    /** The key of a shared access policy: good until it is replaced. */
    record PolicyKey(ConnectionString string) implements Credential {
        static PolicyKey parse(String text) {
            return new PolicyKey(ConnectionString.parse(text));
        }

        @Override
        public String host() {
            return string.host();
        }

        @Override
        public SasToken token(Instant now) {
            return string.token(now);
        }

        @Override
        public String who() {
            return "policy \"" + string.keyName() + "\"";
        }

        @Override
        public ConnectionString key(String purpose) {
            return string;
        }
    }

    /**
     * One token for one service, as a user who has signed in holds it.
     *
     * @param user who it is, not yet as the policy is called
     * @param role viewer, operator or administrator
     */
    record Ticket(String host, String user, String role, SasToken token) implements Credential {
        @Override
        public SasToken token(Instant now) throws ServiceException {
            if (token.isExpired(now)) {
                throw ServiceException.signedOut(Shown.of(user), token.expiry());
            }
            return token;
        }

        @Override
        public String who() {
            return "user \"" + user + "\", " + role;
        }

        @Override
        public ConnectionString key(String purpose) {
            throw new IllegalStateException(purpose + " needs the key of a policy; you are signed in as "
                    + Shown.of(user) + " and hold none. Who has the cloud's connection.json can do it.");
        }
    }
}
