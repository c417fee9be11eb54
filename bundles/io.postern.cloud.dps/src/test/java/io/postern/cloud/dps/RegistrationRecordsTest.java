// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.hub.IfMatch;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registration records and the id scope. */
class RegistrationRecordsTest {
    @TempDir
    Path directory;

    private final AttestationMechanism.SymmetricKey keys = DpsFixture.keys();
    private final RegistrationId id = RegistrationId.of("meter-1");
    private DpsFixture dps;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory);
    }

    @AfterEach
    void close() {
        dps.close();
    }

    @Test
    @Tag("DPS-26")
    void appearOnSuccessAndCanBeDeleted() {
        dps.enroll("meter-1", keys);
        RegistrationAttempt signed =
                dps.signed(dps.attempt("meter-1"), keys.keys().primary());
        assertThat(dps.service.records().find(id)).isEmpty();
        dps.outcome(signed);
        RegistrationRecord record = dps.service.records().find(id).orElseThrow();
        var stale = new IfMatch(Optional.of("another"));

        assertThat(dps.service.records().delete(id, stale)).isInstanceOf(EntryReply.EtagMismatch.class);
        assertThat(dps.service.records().delete(id, new IfMatch(Optional.of(record.etag()))))
                .isInstanceOf(EntryReply.Deleted.class);
        assertThat(dps.service.records().find(id)).isEmpty();
        assertThat(dps.service.records().delete(id, IfMatch.ANY)).isInstanceOf(EntryReply.NotFound.class);
    }

    @Test
    void leaveWithTheirEnrollmentButTheDeviceStays() {
        dps.enroll("meter-1", keys);
        dps.outcome(dps.signed(dps.attempt("meter-1"), keys.keys().primary()));

        dps.service.enrollments().delete(id, IfMatch.ANY);

        assertThat(dps.service.records().find(id)).isEmpty();
        assertThat(dps.device("meter-1").enabled()).isTrue();
    }

    @Test
    @Tag("DPS-13")
    void idScopeIsMadeOnceAndNeverChanges() {
        IdScope scope = dps.service.idScope();

        assertThat(scope.text()).matches("0ne[0-9A-F]{16}");
        assertThat(dps.restarted().defaultTenant().idScope()).isEqualTo(scope);
    }
}
