// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import jakarta.json.JsonObject;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code postern ctl dps policy}: who may do what at the service endpoint (DPS-15). */
@Command(name = "policy", description = "Who may do what at the service endpoint.")
final class DpsPolicyCommands extends PolicyCommands {
    private final Ctl ctl;

    DpsPolicyCommands(Ctl ctl) {
        super(ctl);
        this.ctl = ctl;
    }

    @Override
    Policies policies() throws IOException {
        return ctl.cloud().provisioningPolicies();
    }

    @Override
    void replaced(String policy, String fresh, JsonObject keys) throws IOException {
        ctl.keepOwnKey(policy, fresh, keys);
    }
}
