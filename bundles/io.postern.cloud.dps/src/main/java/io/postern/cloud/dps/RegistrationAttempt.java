// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.dps.RegistrationRequest;
import java.util.Optional;

/** One request of a device, as it came in. */
public record RegistrationAttempt(IdScope scope, RegistrationRequest request, Optional<SasToken> token) {

    RegistrationId id() {
        return request.registrationId();
    }

    /** What the token must speak for. */
    ResourceUri resource() {
        return ResourceUri.registration(scope, id());
    }
}
