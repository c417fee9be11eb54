// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.cloud.store.Sql;
import io.postern.testkit.MovableClock;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesTest {
    private static final RegistrationId METER = RegistrationId.of("meter-1");

    @TempDir
    Path directory;

    @Test
    void ofTheFirstFormKeepTheirRows() throws Exception {
        var random = new SecureRandom();
        var clock = MovableClock.at("2026-03-01T08:00:00Z");
        SymmetricKeys keys = SymmetricKeys.random(32, random);
        try (Database database = Database.open(directory.resolve("cloud.db"))) {
            KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
            database.migrate("dps", List.of(Tables.FIRST));
            database.transaction(c -> Sql.update(
                            c,
                            "INSERT INTO dps_enrollment VALUES('meter-1', '{\"registrationId\":\"meter-1\"}', NULL, NULL, ?, ?, "
                                    + "'etag', 1, 2)",
                            sealer.seal(keys.primary(), "dps_enrollment/meter-1/primary"),
                            sealer.seal(keys.secondary(), "dps_enrollment/meter-1/secondary"))
                    + Sql.update(
                            c,
                            "INSERT INTO dps_registration VALUES('meter-1', 'Meter', 'hub.lab.test', 'etag', 1, 2)"));

            var enrollments = new Enrollments(database, sealer, clock, random);
            var records = new RegistrationRecords(database, clock, random);

            assertThat(enrollments.find(METER).orElseThrow().enrollment())
                    .isEqualTo(IndividualEnrollment.of(METER, new AttestationMechanism.SymmetricKey(keys)));
            RegistrationRecord record = records.find(METER).orElseThrow();
            assertThat(record.deviceId()).isEqualTo(DeviceId.of("Meter"));
            assertThat(record.attested()).isEmpty();
        }
    }
}
