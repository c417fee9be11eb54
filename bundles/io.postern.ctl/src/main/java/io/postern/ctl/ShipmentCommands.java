// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl shipment}: TPMs let in by the pallet (DEC-1, CEN-12). */
@Command(name = "shipment", description = "TPMs that may register by the pallet: by a list, or by their vendor.")
final class ShipmentCommands {
    private final Ctl ctl;

    ShipmentCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    /** Exactly one of the ways a TPM comes under a shipment. */
    static final class By {
        @Option(names = "--list", required = true, description = "TPMs on a list; send it with \"shipment import\".")
        @SuppressWarnings("unused") // what is left when the other is not given
        private boolean list;

        @Option(
                names = "--vendor-ca",
                paramLabel = "NAME",
                required = true,
                description = "Every TPM below this vendor's CA; may be given several times.")
        private List<String> vendors = List.of();
    }

    @Command(name = "create", description = "Makes a shipment.")
    void create(
            @ArgGroup(multiplicity = "1") By by,
            @Mixin AcceptedTpms accepted,
            @Parameters(paramLabel = "ID", description = "The shipment's name.") String id,
            @Mixin TermsOptions terms)
            throws IOException {
        NewGroup shipment = by.vendors.isEmpty()
                ? NewGroup.keyList(id, accepted.accepts())
                : NewGroup.vendorCa(id, by.vendors, accepted.accepts());
        JsonObject made = ctl.cloud().shipments().create(terms.of(shipment));
        ctl.output()
                .say(
                        ctl.json(),
                        "Created shipment " + id + "."
                                + (by.vendors.isEmpty()
                                        ? " Send its list: postern ctl shipment import " + id + " FILE"
                                        : ""));
        if (ctl.json()) {
            ctl.output().json(made);
        }
    }

    @Command(name = "import", description = "Sends a list of TPMs; good rows are kept, also when others are bad.")
    int importList(
            @Parameters(paramLabel = "ID", description = "The shipment.") String id,
            @Parameters(
                            paramLabel = "FILE",
                            description = "CSV with endorsementKeyHash or endorsementKey, and if wanted"
                                    + " registrationId, deviceId, endorsementKeyCertificate.")
                    Path file)
            throws IOException {
        var report = new ListReport(id, file);
        new ListUpload(ctl.cloud().shipments(), id).send(file, report::add);
        return report.tell(ctl.output(), ctl.json());
    }

    @Command(name = "show", description = "Shows a shipment, and how many of its TPMs have registered as what.")
    void show(@Parameters(paramLabel = "ID", description = "The shipment.") String id) throws IOException {
        JsonObject found = ctl.cloud().shipments().find(id);
        if (ctl.json()) {
            ctl.output().json(found);
        } else {
            ctl.output().facts(found);
        }
    }

    @Command(name = "list", description = "Lists all shipments.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().shipments().list();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("SHIPMENT", "BY", "ACCEPTS", "STATUS", "KEYS", "REGISTERED");
        all.forEach(one -> {
            JsonObject how = one.getJsonObject("attestation").getJsonObject("tpmShipment");
            table.row(
                    one.getString("enrollmentGroupId"),
                    how.getString("by"),
                    words(how.getJsonArray("accepts")),
                    one.getString("provisioningStatus"),
                    how.getString("by").equals("keyList") ? Integer.toString(one.getInt("keys")) : "-",
                    registered(one.getJsonObject("registered")));
        });
        ctl.output().table(table, "No shipments. Make one with: postern ctl shipment create ID --list");
    }

    @Command(name = "delete", description = "Deletes shipments with their lists; their TPMs can no longer register.")
    void delete(@Parameters(arity = "1..*", paramLabel = "ID", description = "The shipments.") List<String> ids)
            throws IOException {
        Shipments shipments = ctl.cloud().shipments();
        for (String id : ids) {
            shipments.delete(id);
            ctl.output().say(ctl.json(), "Deleted shipment " + id + ".");
        }
    }

    @Command(name = "policy", description = "Shows or sets which TPMs may register at all, in a shipment or not.")
    void policy(
            @Mixin AcceptedTpms accepted,
            @Option(names = "--accept-all", description = "Refuse nobody again.") boolean all)
            throws IOException {
        Shipments shipments = ctl.cloud().shipments();
        JsonObject policy = all || accepted.isGiven()
                ? shipments.putPolicy(
                        Json.object().add("accepts", accepted.accepts()).build())
                : shipments.policy();
        if (ctl.json()) {
            ctl.output().json(policy);
        } else {
            ctl.output().out().println("Accepted TPMs: " + words(policy.getJsonArray("accepts")));
        }
    }

    private static String words(JsonArray accepts) {
        return accepts.stream().map(value -> value.toString().replace("\"", "")).collect(Collectors.joining(" "));
    }

    private static String registered(JsonObject counts) {
        String some = counts.entrySet().stream()
                .filter(count -> !count.getValue().toString().equals("0"))
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", "));
        return some.isEmpty() ? "-" : some;
    }
}
