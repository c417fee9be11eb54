// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.wire.HubName;
import io.postern.wire.Shown;
import java.util.regex.Pattern;

/**
 * What an operator calls a tenant: 1 to 40 lower-case letters, digits and hyphens, for it begins the name of the
 * tenant's service host.
 */
public record TenantName(String text) {
    // with "-service" behind it, it stays within the 63 characters of a label (RFC 1035, 2.3.4)
    private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9\\-]{0,38}[a-z0-9])?");

    /** The tenant that is there from the first start. */
    public static final TenantName DEFAULT = new TenantName("default");

    public TenantName {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "a tenant is called by 1 to 40 lower-case letters, digits or hyphens, with no hyphen at either end,"
                            + " not \"" + Shown.of(text) + "\"");
        }
    }

    /**
     * The host of the tenant's service API: the default tenant has {@code serviceHost} itself, any other a label beside
     * it, so that one wildcard certificate stands for all.
     */
    HubName host(HubName serviceHost) {
        return equals(DEFAULT) ? serviceHost : HubName.of(text + "-" + serviceHost);
    }

    @Override
    public String toString() {
        return text;
    }
}
