// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import io.postern.wire.csv.CsvRow;
import io.postern.wire.csv.CsvTable;
import io.postern.wire.tpm.EndorsementKey;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl enrollments}: who may register, and how each proves itself (DPS-15, DPS-25). */
@Command(name = "enrollments", description = "Which devices may register, and how each proves itself.")
final class EnrollmentCommands {
    /** What an operator should know who lets devices in by keys that both sides hold (CEN-13). */
    static final String ADVICE_ON_KEYS =
            "Good for trying out. In production prefer X.509 or a TPM: their key never leaves the device.";

    private final Ctl ctl;

    EnrollmentCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    /** Exactly one of the ways to prove an identity. */
    static final class Proof {
        @Option(
                names = "--ek",
                paramLabel = "BASE64",
                required = true,
                description = "Endorsement key of the device's TPM (TPM2B_PUBLIC).")
        private Optional<String> ek = Optional.empty();

        @Option(
                names = "--ek-file",
                paramLabel = "FILE",
                required = true,
                description = "The same in a file, as base64 or as the bytes themselves.")
        private Optional<Path> ekFile = Optional.empty();

        @Option(
                names = "--symmetric-key",
                required = true,
                description = "A key that the service makes and the device is given.")
        private boolean symmetricKey;

        @Option(
                names = "--key-file",
                paramLabel = "FILE",
                required = true,
                description = "Own symmetric keys: base64, primary and secondary on a line each.")
        private Optional<Path> keyFile = Optional.empty();
    }

    @Command(name = "add", description = "Lets a device register.")
    void add(
            @ArgGroup(multiplicity = "1") Proof proof,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "ID",
                            description = "Registration id; by default the one its TPM gives itself.")
                    Optional<RegistrationId> id,
            @Option(names = "--device-id", paramLabel = "ID", description = "Its name in the hub; default: ID.")
                    Optional<DeviceId> deviceId,
            @Mixin TermsOptions terms,
            @Option(names = "--show-keys", description = "Print the symmetric keys too.") boolean showKeys)
            throws IOException {
        NewEnrollment wanted = terms.of(enrollment(proof, id).withDeviceId(deviceId));
        JsonObject made = ctl.cloud().enrollments().create(wanted);
        ctl.output().say(ctl.json(), "Enrolled " + wanted.registrationId() + ".");
        if (proof.symmetricKey || proof.keyFile.isPresent()) {
            ctl.output().say(ctl.json(), ADVICE_ON_KEYS);
        }
        if (ctl.json()) {
            ctl.output().json(HiddenKeys.in(made, showKeys));
        } else if (showKeys) {
            ctl.output().facts(attestation(wanted.registrationId()));
        }
    }

    @Command(name = "show", description = "Shows one enrollment.")
    void show(
            @Parameters(paramLabel = "ID", description = "Registration id.") RegistrationId id,
            @Option(names = "--show-keys", description = "Print the symmetric keys too.") boolean showKeys)
            throws IOException {
        JsonObject found = ctl.cloud().enrollments().find(id);
        JsonObject shown = showKeys
                ? Json.object(found).add("attestation", attestation(id)).build()
                : HiddenKeys.in(found, false);
        if (ctl.json()) {
            ctl.output().json(shown);
        } else {
            ctl.output().facts(shown);
        }
    }

    @Command(name = "list", description = "Lists all enrollments.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().enrollments().list();
        if (ctl.json()) {
            ctl.output().json(all.stream().map(one -> HiddenKeys.in(one, false)).toList());
            return;
        }
        var table = new Table("REGISTRATION ID", "PROOF", "DEVICE ID", "STATUS", "REGISTERED", "HUB");
        all.forEach(one -> table.row(
                Json.text(one, "registrationId").orElse("-"),
                Json.object(one, "attestation")
                        .flatMap(how -> Json.text(how, "type"))
                        .orElse("-"),
                Json.text(one, "deviceId").orElse("-"),
                Json.text(one, "provisioningStatus").orElse("-"),
                registration(one, "status"),
                registration(one, "assignedHub")));
        ctl.output().table(table, "No enrollments. Add one with: postern ctl enrollments add --ek BASE64");
    }

    @Command(name = "remove", description = "Removes enrollments; their devices can no longer register.")
    void remove(
            @Parameters(arity = "1..*", paramLabel = "ID", description = "Registration ids.") List<RegistrationId> ids)
            throws IOException {
        Enrollments enrollments = ctl.cloud().enrollments();
        for (RegistrationId id : ids) {
            enrollments.delete(id);
            ctl.output().say(ctl.json(), "Removed " + id + ".");
        }
    }

    @Command(
            name = "import",
            description = "Enrolls the devices of a CSV file; those enrolled before stay as they are.")
    int importFile(
            @Parameters(
                            paramLabel = "FILE",
                            description =
                                    "With registrationId, deviceId, and endorsementKey, certificate, caReference or keys.")
                    Path file,
            @Option(names = "--symmetric-key", description = "The service makes keys for rows that show no proof.")
                    boolean symmetricKey)
            throws IOException {
        var report = new ImportReport(file, ctl.output(), ctl.json());
        new EnrollmentImport(ctl.cloud().enrollments(), symmetricKey).run(rows(file), report::add);
        return report.finish();
    }

    private static List<CsvRow> rows(Path file) throws IOException {
        try {
            return CsvTable.parse(Files.readString(file)).rows();
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private JsonObject attestation(RegistrationId id) throws IOException {
        return ctl.cloud().enrollments().attestationMechanism(id);
    }

    private static String registration(JsonObject enrollment, String member) {
        return Json.object(enrollment, "registrationState")
                .flatMap(state -> Json.text(state, member))
                .orElse("-");
    }

    private static NewEnrollment enrollment(Proof proof, Optional<RegistrationId> id) throws IOException {
        if (proof.symmetricKey) {
            return NewEnrollment.symmetricKey(required(id));
        }
        if (proof.keyFile.isPresent()) {
            List<Secret> keys = keys(proof.keyFile.get());
            return NewEnrollment.symmetricKey(required(id), keys.getFirst(), keys.getLast());
        }
        EndorsementKey key = endorsementKey(
                proof.ek.isPresent() ? proof.ek.get().getBytes(StandardCharsets.UTF_8) : octets(proof.ekFile));
        return NewEnrollment.tpm(id.orElseGet(key::registrationId), key);
    }

    /** Primary and secondary. */
    static List<Secret> keys(Path file) throws IOException {
        List<String> keys = Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (keys.size() != 2) {
            throw new IllegalArgumentException(
                    file + " must hold two base64 keys, a line each; it has " + keys.size() + " lines");
        }
        return keys.stream().map(Secret::base64).toList();
    }

    private static byte[] octets(Optional<Path> file) throws IOException {
        try {
            return Files.readAllBytes(file.orElseThrow());
        } catch (IOException e) {
            throw new IOException("cannot read the endorsement key from " + file.orElseThrow() + ": " + e, e);
        }
    }

    /** Takes base64 text or the structure itself, whose size field starts with an octet that no text has. */
    static EndorsementKey endorsementKey(byte[] given) {
        boolean binary = given.length > 0 && given[0] < ' ' && !Character.isWhitespace(given[0]);
        try {
            Bytes octets = binary
                    ? Bytes.of(given)
                    : Bytes.base64(new String(given, StandardCharsets.UTF_8).replaceAll("\\s", ""));
            return EndorsementKey.decode(octets);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "this is not an endorsement key: " + e.getMessage()
                            + "\n  \"postern identity --tpm DEVICE\" prints the one of a TPM.",
                    e);
        }
    }

    static JsonObject twin(Path file) throws IOException {
        try {
            return Json.parseObject(Files.readString(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private static RegistrationId required(Optional<RegistrationId> id) {
        return id.orElseThrow(() -> new IllegalArgumentException(
                "a symmetric-key enrollment needs a registration id: only a TPM names itself"));
    }
}
