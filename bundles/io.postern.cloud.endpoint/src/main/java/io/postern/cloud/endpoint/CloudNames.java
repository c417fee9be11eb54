// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint;

import io.postern.wire.HubName;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The host names of one cloud, all below its domain but for one; every listener serves all of them and tells them apart by the name
 * the client asked for.
 *
 * @param hubs at least one, the default first
 * @param provisioningHost where devices register: {@code provisioning.} of the domain, or any other name, so that devices
 *     that were told another service's come here
 */
public record CloudNames(String domain, List<HubName> hubs, String provisioningHost) {
    private static final Set<String> TAKEN = Set.of("provisioning", "service", "tokens");
    private static final String OF_TENANTS = "-service"; // NAME-service.DOMAIN is where the tenant NAME is managed

    public CloudNames {
        domain = HubName.of(domain).text(); // the same rule: a host name of two labels at least
        provisioningHost = HubName.of(provisioningHost).text();
        hubs = List.copyOf(hubs);
        if (hubs.isEmpty()) {
            throw new IllegalArgumentException("a cloud has one hub at least");
        }
        for (HubName hub : hubs) {
            checkHub(hub, domain);
        }
    }

    /** A cloud with one hub. */
    public CloudNames(String domain) {
        this(domain, List.of(HubName.of("hub." + domain)), "provisioning." + domain);
    }

    /** The same cloud with these hubs, the default first. */
    public CloudNames with(List<HubName> others) {
        return new CloudNames(domain, others, provisioningHost);
    }

    /** The same cloud, where devices register at {@code host}. */
    public CloudNames registeringAt(String host) {
        return new CloudNames(domain, hubs, host);
    }

    /** Where operators manage enrollments. */
    public String serviceHost() {
        return "service." + domain;
    }

    /** The default one. */
    public HubName hub() {
        return hubs.getFirst();
    }

    public String hubHost() {
        return hub().text();
    }

    /** Where gateways ask for the tokens of their leaves. */
    public String tokenHost() {
        return "tokens." + domain;
    }

    public List<String> all() {
        return Stream.concat(
                        Stream.of(provisioningHost, serviceHost(), tokenHost()),
                        hubs.stream().map(HubName::text))
                .toList();
    }

    /** One label below the domain: the wildcard of the server certificate stands for no more. */
    private static void checkHub(HubName hub, String domain) {
        String label = hub.text().substring(0, hub.text().indexOf('.'));
        if (!hub.text().equals(label + "." + domain)) {
            throw new IllegalArgumentException("hubName " + hub + " is not directly below the domain " + domain
                    + "; name it for example hub." + domain);
        }
        if (TAKEN.contains(label)) {
            throw new IllegalArgumentException("hubName " + hub + " is the name of another service of this cloud");
        }
        if (label.endsWith(OF_TENANTS)) {
            throw new IllegalArgumentException("hubName " + hub + " ends in " + OF_TENANTS
                    + " like the hosts of tenants, and there may be one of that name any day; name the hub otherwise");
        }
    }
}
