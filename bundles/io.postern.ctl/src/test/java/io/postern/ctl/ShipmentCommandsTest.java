// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ctl.LocalServices.Asked;
import io.postern.ctl.LocalServices.Reply;
import io.postern.testkit.TpmVendor;
import io.postern.wire.Json;
import io.postern.wire.csv.CsvTable;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShipmentCommandsTest {
    private static final String SHOWN = """
            {"enrollmentGroupId":"spring","provisioningStatus":"enabled","keys":4950,
             "attestation":{"type":"tpmShipment","tpmShipment":{"by":"keyList","accepts":["genuine","firmware"]}},
             "registered":{"genuine":3,"firmware":0,"software":0,"unproven":1}}""";

    @TempDir
    Path folder;

    private LocalServices services;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        services = new LocalServices(folder);
        services.answer(asked -> Reply.json(asked.body()));
    }

    @AfterEach
    void stop() {
        services.close();
    }

    private static JsonObject shipment(Asked asked) {
        return Json.parseObject(asked.body()).getJsonObject("attestation").getJsonObject("tpmShipment");
    }

    @Test
    @Tag("CEN-12")
    void makesAShipmentByListThatRefusesPrograms() {
        Terminal shown = Terminal.run(services, "shipment", "create", "spring", "--list", "--refuse", "software");

        assertThat(shown.out())
                .isEqualTo("Created shipment spring. Send its list: postern ctl shipment import spring FILE\n");
        Asked asked = services.asked.getFirst();
        assertThat(asked.method()).isEqualTo("PUT");
        assertThat(asked.target()).startsWith("/enrollmentGroups/spring?");
        assertThat(shipment(asked))
                .isEqualTo(Json.parse("{\"by\":\"keyList\",\"accepts\":[\"genuine\",\"firmware\",\"unproven\"]}"));
    }

    @Test
    void makesAShipmentByVendorOfProvenChips() {
        Terminal.run(
                services,
                "shipment",
                "create",
                "pallet",
                "--vendor-ca",
                "ifx",
                "--vendor-ca",
                "stm",
                "--require-genuine");

        assertThat(shipment(services.asked.getFirst()))
                .isEqualTo(
                        Json.parse("{\"by\":\"vendorCa\",\"vendorCas\":[\"ifx\",\"stm\"],\"accepts\":[\"genuine\"]}"));
        assertThat(Terminal.run(services, "shipment", "create", "x").exit()).isEqualTo(2);
        assertThat(Terminal.run(services, "shipment", "create", "x", "--list", "--refuse", "ghosts")
                        .err())
                .contains("not ghosts");
    }

    @Test
    @Tag("CEN-15")
    void sendsALargeFileInPartsAndSaysWhatWasLeftOut() throws IOException {
        var file = new StringBuilder("endorsementKeyHash,deviceId\n");
        for (int line = 2; line <= 5_001; line++) {
            file.append("%064x,box-%d\n".formatted(line, line));
        }
        Path list = Files.writeString(folder.resolve("pallet.csv"), file);
        services.answer(asked -> {
            CsvTable rows = CsvTable.parse(asked.body());
            int first = Integer.parseInt(asked.target().replaceAll(".*line=(\\d+).*", "$1"));
            assertThat(rows.headings()).containsExactly("endorsementKeyHash", "deviceId");
            assertThat(rows.rows().getFirst().text("deviceId")).contains("box-" + first);
            return Reply.json("{\"rows\":" + rows.rows().size() + ",\"added\":"
                    + (rows.rows().size() - 1) + ",\"updated\":0,\"unchanged\":0,\"bad\":[{\"line\":" + first
                    + ",\"column\":\"deviceId\",\"error\":\"no, \\\"never\\\"\",\"row\":\"a,b\"}]}");
        });

        Terminal shown = Terminal.run(services, "shipment", "import", "spring", list.toString());

        int parts = services.asked.size();
        assertThat(parts).isBetween(6, 10);
        assertThat(services.asked).allMatch(asked -> asked.target().startsWith("/shipments/spring/keys?"));
        assertThat(services.asked)
                .extracting(asked -> asked.target().replaceAll(".*run=", ""))
                .containsOnly(services.asked.getFirst().target().replaceAll(".*run=", ""));
        Path bad = folder.resolve("pallet.bad.csv");
        assertThat(shown.exit()).isEqualTo(1);
        assertThat(shown.out())
                .startsWith("spring: 5,000 rows, " + "4,99")
                .contains(parts + " left out.")
                .contains("  line 2, deviceId: no, \"never\"\n")
                .contains("and " + (parts - 5) + " more. All that was left out stands in " + bad);
        assertThat(CsvTable.parse(Files.readString(bad)).rows()).hasSize(parts);
    }

    @Test
    void saysThatAllIsWellWhenItIs() throws IOException {
        Path list = Files.writeString(folder.resolve("pallet.csv"), "endorsementKeyHash\n%064x\n".formatted(1));
        services.answer(_ -> Reply.json("{\"rows\":1,\"added\":0,\"updated\":0,\"unchanged\":1,\"bad\":[]}"));

        Terminal shown = Terminal.run(services, "shipment", "import", "spring", list.toString());

        assertThat(shown)
                .isEqualTo(new Terminal(0, "spring: 1 rows, 0 added, 0 updated, 1 unchanged, 0 left out.\n", ""));
        assertThat(folder.resolve("pallet.bad.csv")).doesNotExist();
    }

    @Test
    void showsWhatHasArrivedAsWhat() {
        services.answer(
                asked -> asked.target().startsWith("/shipments?") ? Reply.json("[" + SHOWN + "]") : Reply.json(SHOWN));

        assertThat(Terminal.run(services, "shipment", "list").out()).isEqualTo("""
                SHIPMENT  BY       ACCEPTS           STATUS   KEYS  REGISTERED
                spring    keyList  genuine firmware  enabled  4950  3 genuine, 1 unproven
                """);
        assertThat(Terminal.run(services, "shipment", "show", "spring").out())
                .contains("keys")
                .contains("registered.genuine");
    }

    @Test
    void deletesNothingThatIsNoShipment() {
        services.answer(asked ->
                asked.target().startsWith("/shipments/keys-group") ? Reply.status(404, "{}") : Reply.json(SHOWN));

        assertThat(Terminal.run(services, "shipment", "delete", "spring").out())
                .isEqualTo("Deleted shipment spring.\n");
        assertThat(Terminal.run(services, "shipment", "delete", "keys-group").exit())
                .isEqualTo(1);
        assertThat(services.asked)
                .filteredOn(asked -> asked.method().equals("DELETE"))
                .hasSize(1);
    }

    @Test
    void loadsListsAndRemovesVendorsCas() throws Exception {
        TpmVendor vendor = TpmVendor.founded("Chips", Instant.parse("2020-01-01T00:00:00Z"));
        Path file = Files.write(folder.resolve("root.der"), vendor.root().getEncoded());
        String one = "{\"name\":\"chips\",\"marks\":\"firmware\",\"subject\":\"CN=Chips Root\","
                + "\"issuer\":\"CN=Chips Root\",\"expiry\":\"2040-01-01T00:00:00Z\"}";
        services.answer(
                asked -> asked.target().startsWith("/tpmVendors?") ? Reply.json("[" + one + "]") : Reply.json(one));

        Terminal added =
                Terminal.run(services, "shipment", "vendor-ca", "add", "chips", file.toString(), "--marks", "firmware");

        assertThat(added.out()).isEqualTo("Loaded chips: CN=Chips Root\n");
        assertThat(Json.parseObject(services.asked.getFirst().body()).getString("certificate"))
                .isEqualTo(Base64.getEncoder().encodeToString(vendor.root().getEncoded()));
        assertThat(Terminal.run(services, "shipment", "vendor-ca", "list").out())
                .contains("chips  firmware  2040-01-01  CN=Chips Root  (a root)");
        assertThat(Terminal.run(services, "shipment", "vendor-ca", "remove", "chips")
                        .out())
                .isEqualTo("Removed chips.\n");
    }

    @Test
    @Tag("CEN-12")
    void showsAndSetsThePolicyOfTheTenant() {
        services.answer(asked -> Reply.json(
                asked.method().equals("GET")
                        ? "{\"accepts\":[\"genuine\",\"firmware\",\"software\",\"unproven\"]}"
                        : asked.body()));

        String all = "Accepted TPMs: genuine firmware software unproven\n";
        assertThat(Terminal.run(services, "shipment", "policy").out()).isEqualTo(all);
        assertThat(Terminal.run(services, "shipment", "policy", "--accept-all").out())
                .isEqualTo(all);
        assertThat(Terminal.run(services, "shipment", "policy", "--refuse", "software,unproven")
                        .out())
                .isEqualTo("Accepted TPMs: genuine firmware\n");
    }
}
