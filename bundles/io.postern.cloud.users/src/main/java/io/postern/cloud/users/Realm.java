// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import io.postern.wire.SasToken;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** One service that users are let into, each as a policy of it. */
interface Realm {
    /** The name the service's tokens speak for. */
    String host();

    /** The policies that are users. */
    Set<String> policiesOfUsers();

    /** Whether {@code policy} is there and allows what {@code role} does, no more and no less. */
    boolean allows(String policy, Role role);

    /** Makes the policy with keys of its own. Whatever was signed with the keys of a former one opens nothing. */
    void grant(String policy, Role role);

    /** Takes the policy away, and with it all that was signed for it. */
    void withdraw(String policy);

    /** A token for the whole service; empty when the policy has gone meanwhile. */
    Optional<SasToken> sign(String policy, Instant expiry);
}
