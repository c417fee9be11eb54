// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What can be done with the policies of a service endpoint, the hub's or the provisioning service's. */
abstract sealed class PolicyCommands permits HubPolicyCommands, DpsPolicyCommands {
    /** Which of a policy's two keys. */
    enum Key {
        primary,
        secondary
    }

    private final Ctl ctl;

    PolicyCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    /** Those it is about. */
    abstract Policies policies() throws IOException;

    /**
     * A key was replaced.
     *
     * @param fresh the new one
     * @param keys both as they are now
     */
    void replaced(String policy, String fresh, JsonObject keys) throws IOException {}

    @Command(name = "create", description = "Makes a policy with fresh keys.")
    void create(
            @Parameters(index = "0", paramLabel = "NAME", description = "The policy.") String name,
            @Parameters(
                            index = "1..*",
                            arity = "1..*",
                            paramLabel = "PERMISSION",
                            description = "What it allows, none that you lack. The hub: RegistryRead, RegistryWrite,"
                                    + " ServiceConnect, DeviceConnect. Provisioning: ServiceConfig, EnrollmentRead,"
                                    + " EnrollmentWrite, RegistrationStatusRead, RegistrationStatusWrite,"
                                    + " ScopeAdmin.")
                    List<String> permissions,
            @Option(names = "--show-keys", description = "Print its keys.") boolean showKeys)
            throws IOException {
        JsonObject made = policies().create(name, permissions);
        ctl.output().say(ctl.json(), "Made the policy " + name + ".");
        show(showKeys ? policies().keys(name) : made, showKeys || ctl.json());
    }

    @Command(name = "list", description = "Lists all policies.")
    void list() throws IOException {
        List<JsonObject> all = policies().list();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("NAME", "PERMISSIONS");
        all.forEach(one -> table.row(
                Json.requireText(one, "name"),
                one.getJsonArray("permissions").getValuesAs(JsonString.class).stream()
                        .map(JsonString::getString)
                        .collect(Collectors.joining(" "))));
        ctl.output().table(table, "No policies.");
    }

    @Command(name = "keys", description = "Prints both keys of a policy.")
    void keys(
            @Parameters(paramLabel = "NAME", description = "The policy.") String name,
            @Option(names = "--show-keys", required = true, description = "Yes, print them.") boolean showKeys)
            throws IOException {
        show(policies().keys(name), showKeys);
    }

    @Command(
            name = "rotate",
            description = "Replaces one key of a policy; what was signed with it opens nothing any more.")
    void rotate(
            @Parameters(index = "0", paramLabel = "NAME", description = "The policy.") String name,
            @Parameters(index = "1", paramLabel = "KEY", description = "primary or secondary.") Key key,
            @Option(names = "--show-keys", description = "Print both keys.") boolean showKeys)
            throws IOException {
        JsonObject keys = policies().regenerateKey(name, key.name());
        replaced(name, Json.requireText(keys, key.name() + "Key"), keys);
        ctl.output().say(ctl.json(), "Replaced the " + key + " key of the policy " + name + ".");
        show(keys, showKeys);
    }

    @Command(name = "delete", description = "Deletes policies; what was signed with their keys opens nothing any more.")
    void delete(@Parameters(arity = "1..*", paramLabel = "NAME", description = "The policies.") List<String> names)
            throws IOException {
        for (String name : names) {
            policies().delete(name);
            ctl.output().say(ctl.json(), "Deleted the policy " + name + ".");
        }
    }

    final void show(JsonObject what, boolean wanted) {
        if (wanted && ctl.json()) {
            ctl.output().json(what);
        } else if (wanted) {
            ctl.output().facts(what);
        }
    }
}
