// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.dps.DpsSettings;
import io.postern.cloud.dps.InProcessHub;
import io.postern.cloud.dps.ProvisioningService;
import io.postern.cloud.dps.ServiceGate;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.hub.AccessDecision;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.HubSettings;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.KeySealer;
import io.postern.testkit.LogCapture;
import io.postern.testkit.MovableClock;
import io.postern.wire.HubName;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("HUB-32")
@SuppressWarnings("NullAway.Init") // set before each test
class UserDirectoryTest {
    private static final UserName ANNA = new UserName("anna");
    private static final Secret PASSWORD = Secret.utf8("correct horse battery");
    private static final Secret WRONG = Secret.utf8("correct horse batterx");
    private static final String HERE = "192.0.2.7";

    @TempDir
    Path directory;

    private final MovableClock clock = MovableClock.at("2026-03-01T08:00:00Z");
    private final SecureRandom random = new SecureRandom();
    private Database database;
    private Hub hub;
    private ProvisioningService provisioning;
    private UserDirectory users;

    @BeforeEach
    void open() throws IOException {
        database = Database.open(directory.resolve("cloud.db"));
        KeySealer sealer = KeySealer.open(directory.resolve("master.key"), database, random);
        hub = Hub.open(HubSettings.of(HubName.of("hub.lab.test")), database, sealer, clock, random);
        provisioning = new ProvisioningService(
                DpsSettings.of("service.lab.test", "provisioning.lab.test"),
                database,
                sealer,
                new InProcessHub(hub),
                clock,
                this::nanoTime,
                random);
        users = openUsers();
    }

    private UserDirectory openUsers() {
        return UserDirectory.open(
                database,
                Hubs.of(hub),
                provisioning.defaultTenant(),
                Duration.ofHours(8),
                clock,
                this::nanoTime,
                random);
    }

    private long nanoTime() {
        return Duration.between(Instant.EPOCH, clock.instant()).toNanos();
    }

    @AfterEach
    void close() {
        hub.close();
        database.close();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aSignedInUserMayDoAtEveryServiceWhatTheRoleSays(Role role) {
        users.add(ANNA, role, PASSWORD);

        SignInReply.Welcome welcome = welcome();

        assertThat(welcome.expires()).isEqualTo(clock.instant().plus(Duration.ofHours(8)));
        for (Permission permission : EnumSet.allOf(Permission.class)) {
            if (permission != Permission.DEVICE_CONNECT) { // opens no service endpoint to anyone
                assertThat(atHub(welcome, permission))
                        .as("%s %s", role, permission)
                        .isEqualTo(role.hub().contains(permission));
            }
        }
        for (ServicePermission permission : EnumSet.allOf(ServicePermission.class)) {
            assertThat(atProvisioning(welcome, permission))
                    .as("%s %s", role, permission)
                    .isEqualTo(role.provisioning().contains(permission));
        }
    }

    @Test
    void whoSignsInWhileThePasswordIsChangedGetsNothingForTheOldOne() {
        users.add(ANNA, Role.OPERATOR, PASSWORD);
        var meanwhile = new AtomicReference<Runnable>(() -> {});
        UserDirectory slow = UserDirectory.open(
                database,
                Hubs.of(hub),
                provisioning.defaultTenant(),
                Duration.ofHours(8),
                () -> {
                    meanwhile.getAndSet(() -> {}).run();
                    return clock.instant();
                },
                this::nanoTime,
                random);

        meanwhile.set(() -> slow.changePassword(ANNA, Secret.utf8("another long password")));
        assertThat(slow.signIn(ANNA, PASSWORD, HERE)).isInstanceOf(SignInReply.Refused.class);

        slow.changePassword(ANNA, PASSWORD);
        meanwhile.set(() -> slow.remove(ANNA));
        assertThat(slow.signIn(ANNA, PASSWORD, HERE)).isInstanceOf(SignInReply.Refused.class);
    }

    @Test
    void whatAUserHoldsIsWorthlessOnceRemovedOrGivenAnotherPasswordOrRole() {
        users.add(ANNA, Role.OPERATOR, PASSWORD);

        SignInReply.Welcome before = welcome();
        users.changeRole(ANNA, Role.VIEWER);
        assertThat(atHub(before, Permission.REGISTRY_READ)).isFalse();

        SignInReply.Welcome viewer = welcome();
        assertThat(atHub(viewer, Permission.REGISTRY_READ)).isTrue();
        assertThat(atHub(viewer, Permission.REGISTRY_READ_WRITE)).isFalse();
        users.changePassword(ANNA, Secret.utf8("another long password"));
        assertThat(atHub(viewer, Permission.REGISTRY_READ)).isFalse();
        assertThat(users.signIn(ANNA, PASSWORD, HERE)).isInstanceOf(SignInReply.Refused.class);

        users.changePassword(ANNA, PASSWORD);
        SignInReply.Welcome last = welcome();
        assertThat(users.remove(ANNA)).isEqualTo(new UserReply.Removed(ANNA));
        assertThat(atHub(last, Permission.REGISTRY_READ)).isFalse();
        assertThat(atProvisioning(last, ServicePermission.ENROLLMENT_READ)).isFalse();
        assertThat(users.signIn(ANNA, PASSWORD, HERE)).isInstanceOf(SignInReply.Refused.class);
    }

    @Test
    void aTicketEndsAfterItsHours() {
        users.add(ANNA, Role.OPERATOR, PASSWORD);
        SignInReply.Welcome welcome = welcome();

        clock.advance(Duration.ofHours(8));

        assertThat(atHub(welcome, Permission.REGISTRY_READ)).isFalse();
    }

    @Test
    void whoGuessesWaitsEverLongerAndNobodyElseDoes() {
        users.add(ANNA, Role.OPERATOR, PASSWORD);
        for (int i = 0; i < 5; i++) {
            assertThat(users.signIn(ANNA, WRONG, HERE)).isInstanceOf(SignInReply.Refused.class);
        }

        assertThat(users.signIn(ANNA, PASSWORD, HERE))
                .as("not even the right password")
                .isEqualTo(new SignInReply.Later(Duration.ofSeconds(10)));
        assertThat(users.signIn(ANNA, PASSWORD, "192.0.2.8")).isInstanceOf(SignInReply.Welcome.class);
        clock.advance(Duration.ofSeconds(10));
        assertThat(users.signIn(ANNA, WRONG, HERE)).isInstanceOf(SignInReply.Refused.class);
        assertThat(users.signIn(ANNA, PASSWORD, HERE)).isEqualTo(new SignInReply.Later(Duration.ofSeconds(20)));
        clock.advance(Duration.ofSeconds(20));
        assertThat(users.signIn(ANNA, PASSWORD, HERE)).isInstanceOf(SignInReply.Welcome.class);
    }

    @Test
    void unknownNamesAreToldNothingElseThanWrongPasswords() {
        for (int i = 0; i < 5; i++) {
            assertThat(users.signIn(ANNA, PASSWORD, HERE)).isInstanceOf(SignInReply.Refused.class);
        }
        assertThat(users.signIn(ANNA, PASSWORD, HERE)).isInstanceOf(SignInReply.Later.class);
    }

    @Test
    void passwordsHaveALengthAndAreNeverSeenAgain() {
        assertThatThrownBy(() -> users.add(ANNA, Role.VIEWER, Secret.utf8("short")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("12 to 128 characters");
        var somebody = new UserName("somebody-with-a-name");
        assertThatThrownBy(() -> users.add(somebody, Role.VIEWER, Secret.utf8("somebody-with-a-name")))
                .hasMessageContaining("not the user's name");

        try (var log = LogCapture.start()) {
            users.add(ANNA, Role.VIEWER, PASSWORD);
            welcome();
            users.signIn(ANNA, WRONG, HERE);
            assertThat(log.lines()).isNotEmpty().noneMatch(line -> line.contains("horse"));
        }
        assertThat(users.list()).extracting(User::name).containsExactly(ANNA);
        assertThat(users.add(ANNA, Role.VIEWER, PASSWORD)).isEqualTo(new UserReply.AlreadyExists(ANNA));
    }

    @Test
    void aRestartMendsWhatADyingProcessLeftHalfDone() {
        users.add(ANNA, Role.OPERATOR, PASSWORD);
        hub.policies().delete(ANNA.policy());
        hub.policies().create("user.ghost", Set.of(Permission.REGISTRY_READ));

        users = openUsers();

        assertThat(atHub(welcome(), Permission.REGISTRY_READ_WRITE)).isTrue();
        assertThat(hub.policies().find("user.ghost")).isEmpty();
        assertThat(users.list().getFirst().lastSignIn()).contains(clock.instant());
    }

    private SignInReply.Welcome welcome() {
        if (users.signIn(ANNA, PASSWORD, HERE) instanceof SignInReply.Welcome welcome) {
            return welcome;
        }
        throw new AssertionError("not let in");
    }

    private boolean atHub(SignInReply.Welcome welcome, Permission needed) {
        return hub.gatekeeper().admitService(ticket(welcome, "hub.lab.test"), needed) instanceof AccessDecision.Allowed;
    }

    private boolean atProvisioning(SignInReply.Welcome welcome, ServicePermission needed) {
        Optional<SasToken> token = Optional.of(ticket(welcome, "service.lab.test"));
        return provisioning.defaultTenant().gate().decide(token, needed) instanceof ServiceGate.Decision.Allowed;
    }

    private static SasToken ticket(SignInReply.Welcome welcome, String host) {
        return welcome.tickets().stream()
                .filter(each -> each.host().equals(host))
                .findFirst()
                .orElseThrow()
                .token();
    }
}
