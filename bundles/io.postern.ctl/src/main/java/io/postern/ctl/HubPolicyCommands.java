// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl policy}: the shared access policies of the hub (HUB-24). */
@Command(
        name = "policy",
        description = "Who may do what at the hub: its shared access policies.",
        footer = {
            "",
            "Recommended: for each program a policy with the least it needs, for each person",
            "a user (ctl users). A key with DeviceConnect opens all devices: give it to none."
        })
final class HubPolicyCommands extends PolicyCommands {
    private final Ctl ctl;

    @Mixin
    private HubChoice hub = new HubChoice();

    HubPolicyCommands(Ctl ctl) {
        super(ctl);
        this.ctl = ctl;
    }

    @Override
    Policies policies() throws IOException {
        return ctl.cloud(hub).hubPolicies();
    }

    @Command(name = "swap", description = "Makes the primary key the secondary one, and the other way round.")
    void swap(
            @Parameters(paramLabel = "NAME", description = "The policy.") String name,
            @Option(names = "--show-keys", description = "Print both keys.") boolean showKeys)
            throws IOException {
        var keys = policies().swapKeys(name);
        ctl.output().say(ctl.json(), "Swapped the keys of the policy " + name + ".");
        show(keys, showKeys);
    }
}
