// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.dps.DpsSettings;
import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.dps.InProcessHub;
import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.dps.TenantName;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.MovableClock;
import io.postern.testkit.TpmVectors;
import io.postern.testkit.TpmVendor;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.RegistrationId;
import io.postern.wire.csv.CsvRow;
import io.postern.wire.csv.CsvTable;
import io.postern.wire.tpm.EndorsementKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists of endorsement-key hashes and the files they are filled from. */
class KeyListsTest {
    private static final MovableClock CLOCK = MovableClock.at("2026-03-01T08:00:00Z");
    private static final EnrollmentGroupId SPRING = EnrollmentGroupId.of("spring");
    private static final EnrollmentGroupId AUTUMN = EnrollmentGroupId.of("autumn");
    private static final EndorsementKey KEY = EndorsementKey.decode(Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex")));
    private static final String HASH = KEY.digest().toString();
    private static final String HEADER = "registrationId,endorsementKeyHash,endorsementKey,deviceId\n";

    @TempDir
    Path directory;

    private Database database;
    private Hub hub;
    private ProvisioningService service;
    private KeyLists lists;

    @BeforeEach
    void open() throws Exception {
        database = Databases.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, new SecureRandom());
        hub = Hub.open(HubSettings.of(HubName.of("hub.lab.test")), database, sealer, CLOCK, new SecureRandom());
        service = new ProvisioningService(
                DpsSettings.of("service.lab.test", "provisioning.lab.test"),
                database,
                sealer,
                new InProcessHub(hub),
                CLOCK,
                System::nanoTime,
                new SecureRandom());
        lists = service.defaultTenant().shipments().lists();
    }

    @AfterEach
    void close() {
        hub.close();
        database.close();
    }

    private static String hash(int n) {
        return "%064x".formatted(n);
    }

    private ImportReport read(String rows) {
        return lists.read(SPRING, HEADER + rows, 2, "run");
    }

    private ListedKey only(String row) {
        ImportReport report = read(row);
        assertThat(report.bad()).isEmpty();
        return lists.page(SPRING, 1, Optional.empty()).keys().getFirst();
    }

    private void assertBad(String row, String column, String error) {
        ImportReport report = read(row);
        assertThat(report.bad()).singleElement().satisfies(bad -> {
            assertThat(bad.line()).isEqualTo(2);
            assertThat(bad.column()).isEqualTo(column);
            assertThat(bad.error()).contains(error);
            assertThat(bad.row()).isEqualTo(row);
        });
        assertThat(lists.count(SPRING)).isZero();
    }

    @Test
    @Tag("DPS-10")
    @Tag("DEC-5")
    void aHashAloneIsEnoughAndNamesTheDevice() {
        ListedKey key = only("," + HASH + ",,");

        assertThat(key.registrationId()).isEqualTo(RegistrationId.of(TpmVectors.text("registration_id")));
        assertThat(key.device()).isEqualTo(DeviceId.of(TpmVectors.text("registration_id")));
    }

    @Test
    @Tag("DPS-12")
    @Tag("DEC-5")
    void aRowMayNameItsDeviceOtherwise() {
        ListedKey key = only("Box-7," + HASH.toUpperCase(java.util.Locale.ROOT) + ",,Pump.North");

        assertThat(key.registrationId()).isEqualTo(RegistrationId.of("box-7"));
        assertThat(key.device()).isEqualTo(DeviceId.of("Pump.North"));
    }

    @Test
    void theKeyItselfDoesAsWellAsItsHash() {
        String key = KEY.tpm2bPublic().toBase64();

        assertThat(only(",," + key + ",").hash()).isEqualTo(KEY.digest());
        assertThat(read("," + HASH + "," + key + ",").unchanged()).isEqualTo(1);
    }

    @Test
    void aRowMayBringTheCertificateOfItsKeyAndNoOther() {
        TpmVendor vendor = TpmVendor.founded("Chips", Instant.parse("2020-01-01T00:00:00Z"));
        var words = TpmVendor.Words.good(Instant.parse("2021-01-01T00:00:00Z"));
        var certificate = new EndorsementCertificate(vendor.certify(KEY.key().modulusValue(), words));
        var foreign = new EndorsementCertificate(
                vendor.certify(KEY.key().modulusValue().subtract(java.math.BigInteger.TWO), words));
        String header = "endorsementKey,endorsementKeyCertificate,pallet\n";
        String key = KEY.tpm2bPublic().toBase64();

        ImportReport bad = lists.read(
                SPRING, header + key + "," + foreign.encode().toBase64() + ",7\n" + key + ",AAAA,7", 2, "run");
        lists.read(SPRING, header + key + "," + certificate.encode().toBase64() + ",7", 2, "run2");

        assertThat(bad.bad())
                .extracting(BadRow::column)
                .containsExactly("endorsementKeyCertificate", "endorsementKeyCertificate");
        assertThat(bad.bad().getFirst().error()).contains("holds another key");
        assertThat(lists.find(KEY.digest()).orElseThrow().key().certificate()).contains(certificate);
    }

    @Test
    void aBadRowIsToldWithItsColumnAndWhatIsWrong() {
        assertBad(",abc,,", "endorsementKeyHash", "64 hexadecimal digits");
        assertBad(",,,", "endorsementKeyHash", "neither endorsementKeyHash nor endorsementKey");
        assertBad(",,AAAA,", "endorsementKey", "TPM2B_PUBLIC");
        assertBad(",,!,", "endorsementKey", "base64");
        assertBad("," + hash(1) + "," + KEY.tpm2bPublic().toBase64() + ",", "endorsementKeyHash", HASH);
        assertBad("a b," + HASH + ",,", "registrationId", "a registration id is");
        assertBad("," + HASH + ",,a b", "deviceId", "a device id is");
        assertBad("," + HASH + ",,x,y", "", "5 cells under 4 headings");
        assertBad("\"a," + HASH + ",,", "", "never closed");
    }

    @Test
    void anUnusableHeaderRefusesTheWholeFile() {
        assertThatThrownBy(() -> lists.read(SPRING, "serial,colour\n1,red\n", 2, "run"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("endorsementKeyHash or endorsementKey");
        assertThatThrownBy(() -> lists.read(SPRING, "", 2, "run")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void duplicatesAreToldWithinAFileAlsoWhenItComesInParts() {
        lists.read(SPRING, HEADER + "," + hash(1) + ",,\n," + hash(2) + ",,\n", 2, "run");

        ImportReport second = lists.read(SPRING, HEADER + "," + hash(3) + ",,\n," + hash(1) + ",,\n", 4, "run");

        assertThat(second.added()).isEqualTo(1);
        assertThat(second.bad()).singleElement().satisfies(bad -> {
            assertThat(bad.line()).isEqualTo(5);
            assertThat(bad.error()).contains("line 2 already");
        });
    }

    @Test
    void duplicatesAreToldAcrossGroupsAndNames() {
        read("box-1," + hash(1) + ",,\n");

        ImportReport other = lists.read(AUTUMN, HEADER + "," + hash(1) + ",,\nbox-1," + hash(2) + ",,\n", 2, "run2");

        assertThat(other.bad()).extracting(BadRow::column).containsExactly("endorsementKeyHash", "registrationId");
        assertThat(other.bad()).extracting(BadRow::error).allMatch(error -> error.contains("the list of spring"));
        assertThat(lists.count(AUTUMN)).isZero();
    }

    @Test
    void theSameFileTwiceChangesNothingAndACorrectedOneCorrects() {
        String rows = "box-1," + hash(1) + ",,\n," + hash(2) + ",,\n";
        read(rows);

        ImportReport again = lists.read(SPRING, HEADER + rows, 2, "run2");
        ImportReport corrected = lists.read(SPRING, HEADER + "box-9," + hash(1) + ",,\n", 2, "run3");

        assertThat(again).isEqualTo(new ImportReport(2, 0, 0, 2, List.of()));
        assertThat(corrected).isEqualTo(new ImportReport(1, 0, 1, 0, List.of()));
        assertThat(lists.find(Bytes.hex(hash(1))).orElseThrow().key().registrationId())
                .isEqualTo(RegistrationId.of("box-9"));
    }

    @Test
    @Tag("CEN-15")
    void aFileOfFiveThousandKeepsItsGoodRowsAndReportsTheOthers() {
        var file = new StringBuilder("\uFEFF" + HEADER);
        for (int line = 2; line <= 5_001; line++) {
            file.append(line % 100 == 0 ? ",nonsense," : "box-" + line + "," + hash(line) + ",")
                    .append(",\r\n");
        }

        ImportReport report = lists.read(SPRING, file.toString(), 2, "run");

        assertThat(report.rows()).isEqualTo(5_000);
        assertThat(report.added()).isEqualTo(4_950);
        assertThat(report.bad()).hasSize(50).allMatch(bad -> bad.line() % 100 == 0);
        assertThat(lists.count(SPRING)).isEqualTo(4_950);
        CsvTable table = CsvTable.parse(report.badRowsCsv());
        assertThat(table.headings()).containsExactly("line", "column", "error", "row");
        assertThat(table.rows()).extracting(CsvRow::cells).allMatch(cells -> ",nonsense,,".equals(cells.get("row")));
        assertThat(report.toJson().getJsonArray("bad").getJsonObject(0))
                .isEqualTo(Json.object(report.bad().getFirst().toJson()).build())
                .containsEntry("line", Json.number(100));
    }

    @Test
    void aListIsReadPageByPageAndKeysCanBeTakenOff() {
        read("," + hash(3) + ",,\n," + hash(1) + ",,\n," + hash(2) + ",,\n");

        KeyLists.Page first = lists.page(SPRING, 2, Optional.empty());
        KeyLists.Page second = lists.page(SPRING, 2, first.continueAfter());

        assertThat(first.keys()).extracting(key -> key.hash().toString()).containsExactly(hash(1), hash(2));
        assertThat(second.keys()).extracting(key -> key.hash().toString()).containsExactly(hash(3));
        assertThat(second.continueAfter()).isEmpty();
        assertThat(lists.delete(AUTUMN, Bytes.hex(hash(1)))).isFalse();
        assertThat(lists.delete(SPRING, Bytes.hex(hash(1)))).isTrue();
        assertThat(lists.find(Bytes.hex(hash(1)))).isEmpty();
    }

    @Test
    @Tag("DPS-14")
    void tenantsDoNotSeeEachOthersKeys() {
        service.tenants().create(new TenantName("south"));
        KeyLists other = service.tenants()
                .find(new TenantName("south"))
                .orElseThrow()
                .shipments()
                .lists();
        read("," + hash(1) + ",,\n");

        assertThat(other.find(Bytes.hex(hash(1)))).isEmpty();
        assertThat(other.read(SPRING, HEADER + "," + hash(1) + ",,\n", 2, "run").added())
                .isEqualTo(1);
        assertThat(other.delete(SPRING, Bytes.hex(hash(1)))).isTrue();
        assertThat(lists.count(SPRING)).isEqualTo(1);
    }
}
