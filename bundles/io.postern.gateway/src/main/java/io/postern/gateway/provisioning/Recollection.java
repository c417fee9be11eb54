// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import io.postern.gateway.identity.Attestation.Kind;
import io.postern.gateway.provisioning.Assignment.TpmKeys;
import io.postern.wire.IdScope;
import java.util.Optional;

/** What an earlier assignment means to who the gateway is now. */
sealed interface Recollection {
    /** There was none, or the configuration has changed since: begin anew. */
    record Nothing() implements Recollection {}

    /** It still holds. */
    record Holds(Assignment assignment) implements Recollection {}

    /** It was made for a TPM that is gone. */
    record Lost(TpmChange change) implements Recollection {}

    /**
     * @param hasHubKey whether the key to the hub is there; of use with a TPM only, which holds it
     */
    static Recollection of(Optional<Assignment> stored, IdScope scope, Claim now, boolean hasHubKey) {
        if (stored.isEmpty()
                || !stored.get().idScope().equals(scope)
                || stored.get().kind() != now.kind()) {
            return new Nothing();
        }
        Assignment before = stored.get();
        if (now.kind() == Kind.TPM) {
            return ofTpm(before, now, before.tpm().orElseThrow(), now.tpmKeys().orElseThrow(), hasHubKey);
        }
        return before.registrationId().equals(now.id()) ? new Holds(before) : new Nothing();
    }

    private static Recollection ofTpm(Assignment before, Claim now, TpmKeys then, TpmKeys here, boolean hasHubKey) {
        if (!then.endorsement().equals(here.endorsement())) {
            return new Lost(new TpmChange.Replaced(before.registrationId(), now.id(), before.deviceId()));
        }
        if (!before.registrationId().equals(now.id())) {
            return new Nothing(); // the same TPM under a name that was chosen since
        }
        if (!then.storageRoot().equals(here.storageRoot())) {
            return new Lost(new TpmChange.Cleared(now.id(), before.deviceId(), "its storage root key is another one"));
        }
        return hasHubKey
                ? new Holds(before)
                : new Lost(new TpmChange.Cleared(now.id(), before.deviceId(), "it has lost the key to the hub"));
    }
}
