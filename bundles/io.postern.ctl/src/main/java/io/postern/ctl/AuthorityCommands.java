// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern ctl ca}: which CAs' devices may come (CEN-07). */
@Command(name = "ca", description = "The CAs whose devices may register, once you have proven to hold their keys.")
final class AuthorityCommands {
    private final Ctl ctl;

    AuthorityCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(name = "add", description = "Makes a CA known; it counts when it is verified.")
    void add(
            @Parameters(paramLabel = "NAME", description = "What you call it.") String name,
            @Option(names = "--file", paramLabel = "FILE", required = true, description = "Its certificate (ca.pem).")
                    Path file)
            throws IOException {
        shown(
                ctl.cloud().authorities().add(name, PemFile.firstCertificate(file)),
                "Added " + name + ". Prove that you hold its key: ctl ca code " + name);
    }

    @Command(name = "code", description = "Makes the code that the proof of a CA must name.")
    void code(@Parameters(paramLabel = "NAME", description = "The CA.") String name) throws IOException {
        String code = ctl.cloud().authorities().newCode(name);
        if (ctl.json()) {
            ctl.output().json(Json.object().add("verificationCode", code).build());
        } else {
            ctl.output().out().println(code);
        }
    }

    @Command(name = "verify", description = "Shows the service the proof; from then on the CA counts.")
    void verify(
            @Parameters(paramLabel = "NAME", description = "The CA.") String name,
            @Option(
                            names = "--proof",
                            paramLabel = "FILE",
                            required = true,
                            description = "The certificate that \"postern factory ca prove\" made for the code.")
                    Path proof)
            throws IOException {
        shown(ctl.cloud().authorities().verify(name, PemFile.firstCertificate(proof)), "Verified " + name + ".");
    }

    @Command(name = "list", description = "Lists the CAs.")
    void list() throws IOException {
        List<JsonObject> all = ctl.cloud().authorities().list();
        if (ctl.json()) {
            ctl.output().json(all);
            return;
        }
        var table = new Table("NAME", "VERIFIED", "SUBJECT", "EXPIRES");
        all.forEach(one -> table.row(
                Json.text(one, "name").orElse("-"),
                Authorities.properties(one).getBoolean("isVerified", false) ? "yes" : "no",
                Json.text(Authorities.properties(one), "subject").orElse("-"),
                Json.text(Authorities.properties(one), "expiry").orElse("-")));
        ctl.output().table(table, "No CAs. Add one with: postern ctl ca add NAME --file ca.pem");
    }

    @Command(name = "remove", description = "Forgets CAs; their devices can no longer register.")
    void remove(@Parameters(arity = "1..*", paramLabel = "NAME", description = "The CAs.") List<String> names)
            throws IOException {
        Authorities authorities = ctl.cloud().authorities();
        for (String name : names) {
            authorities.delete(name);
            ctl.output().say(ctl.json(), "Removed " + name + ".");
        }
    }

    private void shown(JsonObject authority, String sentence) {
        if (ctl.json()) {
            ctl.output().json(authority);
        } else {
            ctl.output().out().println(sentence);
        }
    }
}
