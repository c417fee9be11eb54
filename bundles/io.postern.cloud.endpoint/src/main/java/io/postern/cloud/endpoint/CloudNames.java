// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.postern.wire.HubName;
import java.util.List;

/**
 * The host names of one cloud, all below its domain; every listener serves all of them and tells them apart by the name
 * the client asked for.
 */
public record CloudNames(String domain) {
    public CloudNames {
        domain = HubName.of(domain).text(); // the same rule: a host name of two labels at least
    }

    /** Where devices register. */
    public String provisioningHost() {
        return "provisioning." + domain;
    }

    /** Where operators manage enrollments. */
    public String serviceHost() {
        return "service." + domain;
    }

    public HubName hub() {
        return HubName.of("hub." + domain);
    }

    public String hubHost() {
        return hub().text();
    }

    /** Where gateways ask for the tokens of their leaves. */
    public String tokenHost() {
        return "tokens." + domain;
    }

    public List<String> all() {
        return List.of(provisioningHost(), serviceHost(), hubHost(), tokenHost());
    }
}
