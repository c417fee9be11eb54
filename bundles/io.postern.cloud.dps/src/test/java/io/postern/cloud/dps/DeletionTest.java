// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import static io.postern.cloud.dps.Answers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.dps.RegistrationAnswer.Refusal;
import io.postern.cloud.dps.allocation.WebhookCaller;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.store.DatabaseException;
import io.postern.cloud.store.Databases;
import io.postern.cloud.store.Sql;
import io.postern.wire.DerivedKey;
import io.postern.wire.IdScope;
import io.postern.wire.RegistrationId;
import io.postern.wire.Secret;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tenants and groups that go: while their devices come, and in a process that dies over it. */
@Tag("DPS-14")
class DeletionTest {
    private static final RegistrationId METER = RegistrationId.of("meter-1");
    private static final EnrollmentGroupId GROUP = EnrollmentGroupId.of("all");
    private static final TenantName GOING = new TenantName("going");

    private final AttestationMechanism.SymmetricKey keys = DpsFixture.keys();

    @TempDir
    Path directory;

    private DpsFixture dps;
    private BreakableHub line;

    @BeforeEach
    void open() throws Exception {
        dps = new DpsFixture(directory);
        line = new BreakableHub(new InProcessHub(dps.hub));
    }

    @AfterEach
    void close() {
        dps.close();
    }

    @Test
    void aDeviceThatRegistersWhileItsTenantIsDeletedIsToldThatItsScopeIsUnknown() {
        ProvisioningService service = started();
        ProvisioningTenant going = going(service);
        line.meanwhile(() -> service.tenants().delete(GOING));

        RegistrationAnswer answer = service.desk().register(attempt(going));

        assertRefused(answer, Refusal.UNKNOWN_SCOPE, "no provisioning service has the id scope");
        assertThat(rowsOf(going.idScope())).isEmpty();
        assertRefused(service.desk().status(attempt(going), "5.any"), Refusal.UNKNOWN_SCOPE, "no provisioning service");
    }

    @Test
    void aDeviceThatCannotRegisterForAnotherReasonIsNotToldThatItsScopeIsUnknown() {
        ProvisioningService service = started();
        ProvisioningTenant going = going(service);
        Databases.breakAt(dps.database, "INSERT", "dps_registration");

        assertThatThrownBy(() -> service.desk().register(attempt(going))).hasStackTraceContaining("broken on purpose");
    }

    @Test
    void aTenantWhoseDeletionBreaksOffIsGoneAtOnceAndItsRowsAtTheNextStart() {
        ProvisioningService service = started();
        ProvisioningTenant going = going(service);
        service.desk().register(attempt(going));
        Databases.breakAt(dps.database, "DELETE", "dps_registration");

        assertThatThrownBy(() -> service.tenants().delete(GOING)).isInstanceOf(DatabaseException.class);

        assertRefused(service.desk().register(attempt(going)), Refusal.UNKNOWN_SCOPE, "no provisioning service");
        assertThat(rowsOf(going.idScope())).contains("dps_scope", "dps_registration");
        Databases.mend(dps.database);
        Tenants after = started().tenants();
        assertThat(after.find(going.idScope())).isEmpty();
        assertThat(after.all()).extracting(ProvisioningTenant::name).containsExactly(TenantName.DEFAULT);
        assertThat(rowsOf(going.idScope())).isEmpty();
        assertThat(after.create(GOING)).isInstanceOf(TenantReply.Created.class);
    }

    @Test
    void aGroupWhoseDeletionBreaksOffLetsNobodyInAndItsRowsAreGoneAtTheNextStart() {
        ProvisioningService service = started();
        service.defaultTenant().groups().create(EnrollmentGroup.of(GROUP, keys));
        Secret derived = DerivedKey.of(keys.keys().primary(), METER);
        RegistrationAttempt member = dps.signed(dps.attempt(METER.text()), derived);
        assertThat(service.desk().register(member)).isInstanceOf(RegistrationAnswer.Accepted.class);
        Databases.breakAt(dps.database, "DELETE", "dps_registration");

        assertThatThrownBy(() -> service.defaultTenant().groups().delete(GROUP, IfMatch.ANY))
                .isInstanceOf(DatabaseException.class);

        assertRefused(service.desk().register(member), Refusal.UNKNOWN_REGISTRATION, "no enrollment");
        assertThat(service.defaultTenant().records().find(METER)).isPresent();
        Databases.mend(dps.database);
        ProvisioningTenant after = started().defaultTenant();
        assertThat(after.groups().find(GROUP)).isEmpty();
        assertThat(after.records().find(METER)).isEmpty();
        assertThat(rowsOf(after.idScope())).doesNotContain("dps_group", "dps_registration");
        assertThat(after.groups().create(EnrollmentGroup.of(GROUP, keys))).isInstanceOf(GroupReply.Stored.class);
    }

    private ProvisioningService started() {
        return new ProvisioningService(
                DpsSettings.of(DpsFixture.SERVICE, "provisioning.lab.test"),
                dps.database,
                dps.sealer,
                List.of(line),
                WebhookCaller.none(),
                dps.clock,
                dps.nanoTime,
                new SecureRandom());
    }

    /** A tenant with a hub and a device of its own. */
    private ProvisioningTenant going(ProvisioningService service) {
        ProvisioningTenant tenant = ((TenantReply.Created) service.tenants().create(GOING)).tenant();
        tenant.linkedHubs().store(HubLink.inProcess(DpsFixture.HUB));
        tenant.enrollments().create(IndividualEnrollment.of(METER, keys));
        return tenant;
    }

    private RegistrationAttempt attempt(ProvisioningTenant tenant) {
        RegistrationAttempt plain = dps.attempt(METER.text());
        return dps.signed(
                new RegistrationAttempt(tenant.idScope(), plain.request(), Optional.empty()),
                keys.keys().primary());
    }

    /** The tables that hold something of a tenant. */
    private List<String> rowsOf(IdScope scope) {
        return dps.database.read(c -> {
            List<String> holding = new ArrayList<>();
            for (String table : Databases.tablesWith(dps.database, "scope")) {
                Sql.first(c, "SELECT 1 AS one FROM " + table + " WHERE scope = ? LIMIT 1", row -> table, scope.text())
                        .ifPresent(holding::add);
            }
            return holding;
        });
    }
}
