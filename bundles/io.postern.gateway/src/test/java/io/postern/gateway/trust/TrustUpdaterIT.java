// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.https.ScriptedServer;
import io.postern.gateway.https.TrustAnchors;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.spi.UnreachableException;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Hosts;
import io.postern.testkit.LabCa;
import io.postern.testkit.LogCapture;
import io.postern.testkit.LoopbackAddress;
import io.postern.testkit.ServerIdentity;
import io.postern.wire.trust.TrustBundle;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roots of a gateway in the field: the old one expired, the new one unknown to it. */
@Tag("HUB-22")
@SuppressWarnings("NullAway.Init") // set before each test
class TrustUpdaterIT {
    private static final String NAME = "provisioning.trust-updater.example";
    private static final String ADDRESS = LoopbackAddress.random();
    private static final Instant NOW = Instant.now();
    private static final LabCa EXPIRED = LabCa.root("Cloud until yesterday", NOW.minus(Duration.ofDays(3653)));
    private static final LabCa NEXT = LabCa.root("Cloud from now on", NOW);
    private static final LabCa.Holder SIGNER = LabCa.root("Signer", NOW).device("trust signer");

    @TempDir
    Path directory;

    private final AtomicLong nanoTime = new AtomicLong(1);
    private final AtomicInteger refusals = new AtomicInteger();
    private final Map<String, JsonObject> disk = new HashMap<>();
    private final Exchanges exchanges = new Exchanges(nanoTime::get);
    private Path caFile;
    private Path signer;
    private ScriptedServer server;
    private HttpsExchange gateway;
    private TrustUpdater updater;

    @BeforeAll
    static void makeName() {
        Hosts.write(ADDRESS, NAME);
    }

    @BeforeEach
    void commission() throws IOException, GeneralSecurityException {
        caFile = Files.writeString(directory.resolve("ca.pem"), LabCa.pem(List.of(EXPIRED.certificate())));
        signer = Files.writeString(directory.resolve("signer.pem"), LabCa.pem(SIGNER.chain()));
        server = server(NEXT, 0);
        TrustAnchors anchors = TrustAnchors.load(caFile);
        anchors.onRefusal(refusals::incrementAndGet);
        gateway = new HttpsExchange(anchors, HttpsExchange.Limits.DEFAULT);
        updater = updater(anchors);
    }

    /** As after a start of the gateway: what is stored stays. */
    private TrustUpdater updater(TrustAnchors anchors) throws IOException {
        return TrustUpdater.of(
                caFile,
                signer,
                at("/0ne000LAB/trust-bundle"),
                new HttpsExchange(TrustAnchors.ofAnyone(), HttpsExchange.Limits.DEFAULT),
                new HttpsExchange(anchors, HttpsExchange.Limits.DEFAULT),
                new StateStore() {
                    @Override
                    public Optional<JsonObject> read(String name) {
                        return Optional.ofNullable(disk.get(name));
                    }

                    @Override
                    public void write(String name, JsonObject fact) {
                        disk.put(name, fact);
                    }

                    @Override
                    public void remove(String name) {
                        disk.remove(name);
                    }
                },
                exchanges,
                nanoTime::get,
                new Random(1));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    @Tag("HUB-21")
    void aGatewayWhoseRootHasExpiredIsBackOnceTheSignedRootsAreThere() throws Exception {
        assertThatThrownBy(this::ask).isInstanceOf(UnreachableException.class);
        assertThat(refusals).hasValueGreaterThan(0);
        server.willAnswer(200, bundle(1, NEXT));

        updater.look(true);

        server.willAnswer(200, "{}");
        assertThat(ask().status()).isEqualTo(200);
        assertThat(server.asked().uri()).isEqualTo("/0ne000LAB/trust-bundle");
        assertThat(Files.readString(caFile)).startsWith("# trust bundle 1\n");
    }

    @Test
    void aRootThatIsTakenAwayIsNotTrustedAnyMoreNotEvenInASessionBegunBefore() throws Exception {
        updaterInstalls(bundle(1, EXPIRED, NEXT));
        server.willAnswer(200, "{}");
        assertThat(ask().status()).isEqualTo(200);

        server.willAnswer(404, "{}"); // to the look whether the roots on trial recognize it
        updaterInstalls(bundle(2, EXPIRED));

        int port = server.port();
        server.close(); // else the connection that was kept alive would be used on
        server = server(NEXT, port);
        assertThatThrownBy(this::ask).isInstanceOf(UnreachableException.class);
    }

    @Test
    void whatAnotherKeySignedOrIsOlderChangesNothing() throws Exception {
        updaterInstalls(bundle(5, EXPIRED));
        String before = Files.readString(caFile);
        LabCa.Holder stranger = LabCa.root("Stranger", NOW).device("trust signer");

        try (var log = LogCapture.start()) {
            updaterInstalls(new TrustBundle(6, List.of(NEXT.certificate())).sign(stranger.key()));
            assertThat(log.lines()).anySatisfy(line -> assertThat(line)
                    .contains("trust bundle refused")
                    .contains("not signed with the pinned key"));
        }
        updaterInstalls(bundle(4, NEXT));
        updaterInstalls("no bundle at all");

        assertThat(Files.readString(caFile)).isEqualTo(before);
    }

    @Test
    void newRootsAreKeptWhenHubAndProvisioningServiceWereRecognizedByThem() throws Exception {
        updaterInstalls(bundle(1, NEXT));
        assertThat(updater.report()).hasToString("{\"version\":1,\"trial\":true,\"refused\":0}");
        exchanges.reported(exchanges.demanded());
        lookAfter(Duration.ofSeconds(15), false);

        assertThat(updater.report()).hasToString("{\"version\":1,\"trial\":false,\"refused\":0}");
        lookAfter(Duration.ofMinutes(11), true);
        assertThat(Files.readString(caFile)).startsWith("# trust bundle 1\n");
    }

    @Test
    void rootsByWhichNobodyIsRecognizedReturnToTheFormerOnesAndNeverComeBack() throws Exception {
        updaterInstalls(bundle(1, NEXT));
        String good = Files.readString(caFile);
        exchanges.reported(exchanges.demanded());
        lookAfter(Duration.ofSeconds(15), false);

        updaterInstalls(bundle(2, EXPIRED));
        lookAfter(Duration.ofMinutes(5), true);
        assertThat(Files.readString(caFile)).startsWith("# trust bundle 2\n");
        updater = updater(TrustAnchors.load(caFile)); // the power was cut
        lookAfter(Duration.ofMinutes(6), true);

        assertThat(Files.readString(caFile)).isEqualTo(good);
        assertThat(updater.report()).hasToString("{\"version\":1,\"trial\":false,\"refused\":2}");
        updaterInstalls(bundle(2, NEXT));
        assertThat(Files.readString(caFile)).as("a version that has failed").isEqualTo(good);
        updaterInstalls(bundle(3, NEXT));
        assertThat(Files.readString(caFile)).startsWith("# trust bundle 3\n");
    }

    @Test
    void aSiteWithoutANetworkKeepsItsNewRoots() throws Exception {
        updaterInstalls(bundle(1, NEXT));
        server.close();
        lookAfter(Duration.ofHours(2), false);
        lookAfter(Duration.ofHours(2), false);
        assertThat(Files.readString(caFile)).startsWith("# trust bundle 1\n");
        assertThat(updater.report().getBoolean("trial")).isTrue();
    }

    @Test
    void aPowerCutBetweenTheFactAndTheFileLeavesTheFormerRootsAndNoTrial() throws Exception {
        String former = Files.readString(caFile);
        updaterInstalls(bundle(1, NEXT));
        Files.writeString(caFile, former); // the fact was durable, the file was not
        updater = updater(TrustAnchors.load(caFile));
        assertThat(updater.report()).hasToString("{\"version\":0,\"trial\":false,\"refused\":0}");
        updaterInstalls(bundle(1, NEXT));
        assertThat(Files.readString(caFile)).startsWith("# trust bundle 1\n");
    }

    private void lookAfter(Duration time, boolean refused) {
        nanoTime.addAndGet(time.toNanos());
        server.willAnswer(404, "{}");
        server.willAnswer(404, "{}");
        updater.look(refused);
        server.forgetAnswers();
    }

    @Test
    void aTechnicianWithoutAnUplinkPutsTheBundleBesideTheRoots() throws Exception {
        server.close();
        Path stick = Files.writeString(directory.resolve("ca.pem.bundle"), bundle(3, NEXT));

        updater.look(false);

        assertThat(Files.readString(caFile)).startsWith("# trust bundle 3\n");
        assertThat(stick).doesNotExist();
        assertThat(directory.resolve("ca.pem.bundle.installed")).exists();

        Files.writeString(stick, "x".repeat(TrustBundle.LONGEST + 1));
        updater.look(false);

        assertThat(directory.resolve("ca.pem.bundle.refused")).exists();
        assertThat(Files.readString(caFile)).startsWith("# trust bundle 3\n");
    }

    @Test
    void theCloudIsAskedDailyAndAfterRefusalsSoonerButEverMoreRarely() throws Exception {
        updater.look(false);
        assertThat(server.hasBeenAsked()).as("nothing is due at the start").isFalse();

        assertThat(asks(true, Duration.ZERO)).isTrue();
        assertThat(asks(true, Duration.ofSeconds(1))).isFalse();
        assertThat(asks(true, Duration.ofSeconds(60))).isTrue();
        for (int i = 0; i < 12; i++) {
            asks(true, Duration.ofMinutes(15)); // lets the pauses grow
        }
        assertThat(asks(true, Duration.ofSeconds(60))).isFalse();
        assertThat(asks(false, Duration.ofHours(25))).isTrue();
        assertThat(asks(false, Duration.ofHours(23))).isFalse();
    }

    @Test
    void aFileThatTheGatewayMayNotReplaceIsNamed() throws Exception {
        Path elsewhere = directory.resolve("gone");
        Files.createDirectory(elsewhere);
        Path own = Files.move(caFile, elsewhere.resolve("ca.pem"));
        var roots = new TrustedRoots(own, SIGNER.certificate().getPublicKey());
        Files.createDirectory(elsewhere.resolve("ca.pem.new"));
        Files.createFile(elsewhere.resolve("ca.pem.new").resolve("in-the-way"));

        assertThatThrownBy(() -> roots.install(bundle(1, NEXT), 0, _ -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot replace the root certificates in " + own)
                .hasMessageContaining("let the gateway's user write to");
    }

    private boolean asks(boolean refused, Duration later) {
        nanoTime.addAndGet(later.toNanos());
        server.willAnswer(404, "{}");
        updater.look(refused);
        boolean asked = server.hasBeenAsked();
        if (asked) {
            server.asked();
        } else {
            server.forgetAnswers();
        }
        return asked;
    }

    private void updaterInstalls(String signed) throws IOException {
        Files.writeString(directory.resolve("ca.pem.bundle"), signed);
        updater.look(false);
    }

    private HttpsExchange.Answer ask() throws UnreachableException {
        return gateway.send("GET", at("/"), Optional.empty(), Optional.empty());
    }

    private URI at(String path) {
        return URI.create("https://" + NAME + ":" + server.port() + path);
    }

    private static String bundle(long version, LabCa... roots) {
        List<X509Certificate> all = Stream.of(roots).map(LabCa::certificate).toList();
        return new TrustBundle(version, all).sign(SIGNER.key());
    }

    private ScriptedServer server(LabCa under, int port) throws IOException, GeneralSecurityException {
        LabCa.Holder holder = under.server(NAME);
        return new ScriptedServer(
                ADDRESS,
                port,
                new ServerIdentity(
                        holder.certificate(), caFile, ClientTls.context(holder.certificate(), Optional.of(holder))));
    }
}
