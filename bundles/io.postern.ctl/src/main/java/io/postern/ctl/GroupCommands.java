// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl groups}: many devices let in by one entry (DPS-23, CEN-07, CEN-08). */
@Command(name = "groups", description = "Groups of devices that may register: by derived keys, or below a CA.")
final class GroupCommands {
    private final Ctl ctl;

    GroupCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    /** Exactly one of the ways the devices of a group prove themselves. */
    static final class Proof {
        @Option(
                names = "--symmetric-key",
                required = true,
                description = "Keys derived from one that the service makes.")
        private boolean symmetricKey;

        @Option(
                names = "--key-file",
                paramLabel = "FILE",
                required = true,
                description = "Own group keys: base64, primary and secondary on a line each.")
        private Optional<Path> keyFile = Optional.empty();

        @Option(
                names = "--certificate",
                paramLabel = "FILE",
                required = true,
                description = "Certificates below this CA, which is verified or issued by one that is.")
        private Optional<Path> certificate = Optional.empty();

        @Option(
                names = "--ca",
                paramLabel = "NAME",
                required = true,
                description = "The same with a CA that \"ctl ca\" knows by a name.")
        private Optional<String> ca = Optional.empty();
    }

    @Command(name = "add", description = "Lets the devices of a group register.")
    void add(
            @ArgGroup(multiplicity = "1") Proof proof,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "ID",
                            description = "The group's name; default with keys: " + NewGroup.DEFAULT_OF_KEYS + ".")
                    Optional<String> id,
            @Mixin TermsOptions terms)
            throws IOException {
        NewGroup wanted = terms.of(group(proof, id));
        JsonObject made = ctl.cloud().groups().create(wanted);
        ctl.output().say(ctl.json(), "Added group " + wanted.id() + ".");
        if (proof.symmetricKey || proof.keyFile.isPresent()) {
            ctl.output().say(ctl.json(), EnrollmentCommands.ADVICE_ON_KEYS);
        }
        if (ctl.json()) {
            ctl.output().json(HiddenKeys.in(made, false));
        }
    }

    @Command(name = "key", description = "Writes a group's key to a new file, for \"postern factory derive-keys\".")
    void key(
            @Parameters(paramLabel = "ID", description = "The group.") String id,
            @Option(names = "--out", paramLabel = "FILE", required = true, description = "For its owner only.")
                    Path file,
            @Option(names = "--secondary", description = "The secondary key instead of the primary.") boolean secondary)
            throws IOException {
        try (Secret key = ctl.cloud().groups().key(id, secondary)) {
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            Files.writeString(Files.createFile(file, owner), key.revealBase64() + "\n");
        }
        ctl.output().say(ctl.json(), "Written to " + file + ". Whoever has it can be any device of " + id + ".");
    }

    @Command(name = "list", description = "Lists all groups.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().groups().list();
        if (ctl.json()) {
            ctl.output().json(all.stream().map(one -> HiddenKeys.in(one, false)).toList());
            return;
        }
        var table = new Table("GROUP", "PROOF", "STATUS", "HUB");
        all.forEach(one -> table.row(
                Json.text(one, "enrollmentGroupId").orElse("-"),
                Json.object(one, "attestation")
                        .flatMap(how -> Json.text(how, "type"))
                        .orElse("-"),
                Json.text(one, "provisioningStatus").orElse("-"),
                Json.text(one, "iotHubHostName").orElse("-")));
        ctl.output().table(table, "No groups. Add one with: postern ctl groups add --symmetric-key");
    }

    @Command(name = "show", description = "Shows one group, without its keys.")
    void show(@Parameters(paramLabel = "ID", description = "The group.") String id) throws IOException {
        JsonObject shown = HiddenKeys.in(ctl.cloud().groups().find(id), false);
        if (ctl.json()) {
            ctl.output().json(shown);
        } else {
            ctl.output().facts(shown);
        }
    }

    @Command(name = "remove", description = "Removes groups; devices they alone let in can no longer register.")
    void remove(@Parameters(arity = "1..*", paramLabel = "ID", description = "The groups.") List<String> ids)
            throws IOException {
        Groups groups = ctl.cloud().groups();
        for (String id : ids) {
            groups.delete(id);
            ctl.output().say(ctl.json(), "Removed group " + id + ".");
        }
    }

    private static NewGroup group(Proof proof, Optional<String> id) throws IOException {
        if (proof.symmetricKey) {
            return NewGroup.symmetricKey(id.orElse(NewGroup.DEFAULT_OF_KEYS));
        }
        if (proof.keyFile.isPresent()) {
            List<Secret> keys = EnrollmentCommands.keys(proof.keyFile.get());
            return NewGroup.symmetricKey(id.orElse(NewGroup.DEFAULT_OF_KEYS), keys.getFirst(), keys.getLast());
        }
        String name = id.orElseThrow(() -> new IllegalArgumentException("a group of certificates needs a name: ID"));
        return proof.ca.isPresent()
                ? NewGroup.underCa(name, proof.ca.get())
                : NewGroup.signedBy(name, PemFile.firstCertificate(proof.certificate.orElseThrow()));
    }
}
