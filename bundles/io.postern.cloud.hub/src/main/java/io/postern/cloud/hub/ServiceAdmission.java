// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.wire.SasToken;

/** Who decides whether a token opens a service's doors: a hub, or a service that stands in front of another's hub. */
@FunctionalInterface
public interface ServiceAdmission {
    /** May the bearer of {@code token} use the service endpoints that ask for {@code needed}? */
    AccessDecision<Principal.Service> admitService(SasToken token, Permission needed);
}
