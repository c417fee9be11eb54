// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.internal;

import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.endpoint.http.Monitoring;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.routes.Routes;
import io.postern.cloud.tokens.TokenServices;
import io.postern.cloud.users.UserDirectory;

/** What stands behind the listeners. */
record CloudServices(
        Hubs hubs,
        ProvisioningService provisioning,
        TokenServices tokens,
        UserDirectory users,
        Routes routes,
        Monitoring monitoring) {}
