// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.factory.Workplace.Shown;
import io.postern.factory.x509.Pem;
import io.postern.testkit.LabCa;
import io.postern.wire.trust.TrustBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("HUB-22")
@SuppressWarnings("NullAway.Init") // set before each test
class TrustBundleCommandTest {
    private static final LabCa OLD = LabCa.root("Cloud", Instant.now());
    private static final LabCa NEXT = LabCa.root("Next cloud", Instant.now());

    @TempDir
    Path directory;

    private Workplace workplace;
    private String ca;
    private String roots;

    @BeforeEach
    void makeCa() throws IOException {
        workplace = new Workplace(directory);
        ca = workplace.lineCa();
        roots = workplace.file("roots.pem", LabCa.pem(List.of(OLD.certificate(), NEXT.certificate())));
    }

    @Test
    void theRootsAreSignedByTheCaThatGatewaysPin() throws IOException {
        Shown shown = sign(Workplace.PASSPHRASE, "7", "bundle");

        assertThat(shown.exit()).as(shown.err()).isZero();
        PublicKey pinned =
                Pem.parseCertificates(workplace.text("line/ca.pem")).getFirst().getPublicKey();
        assertThat(TrustBundle.open(workplace.text("bundle"), pinned))
                .isEqualTo(new TrustBundle(7, List.of(OLD.certificate(), NEXT.certificate())));
        assertThat(shown.out()).contains("CN=Next cloud").contains("ctl trust publish");
    }

    @Test
    void nothingIsMadeWithTheWrongPassphraseOrTwice() {
        assertThat(sign("guessed", "7", "bundle").err()).contains("does not open");
        assertThat(sign(Workplace.PASSPHRASE, "0", "bundle").err()).contains("version is 1 or more");
        assertThat(directory.resolve("bundle")).doesNotExist();

        assertThat(sign(Workplace.PASSPHRASE, "7", "bundle").exit()).isZero();
        assertThat(sign(Workplace.PASSPHRASE, "8", "bundle").err()).contains("bundle is there already");
    }

    private Shown sign(String passphrase, String version, String out) {
        return workplace.runWithInput(
                passphrase + "\n",
                "trust-bundle",
                "--ca",
                ca,
                "--version",
                version,
                "--root",
                roots,
                "--out",
                workplace.path(out),
                "--passphrase-file",
                "-");
    }
}
