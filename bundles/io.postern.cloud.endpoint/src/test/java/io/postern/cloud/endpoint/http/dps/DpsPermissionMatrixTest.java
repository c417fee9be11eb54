// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.endpoint.http.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation of the service endpoint against every permission: the one table of who may do what. */
public class DpsPermissionMatrixTest {
    // method, path, body, the permission that opens it; every other permission, and all others together, do not
    private static final String TABLE = """
            PUT    /enrollments/meter-1                        ENROLLMENT  EnrollmentWrite
            GET    /enrollments/meter-1                        -           EnrollmentRead
            POST   /enrollments                                BULK        EnrollmentWrite
            POST   /enrollments/query                          QUERY       EnrollmentRead
            POST   /enrollments/meter-1/attestationmechanism   -           EnrollmentWrite
            DELETE /enrollments/meter-1                        -           EnrollmentWrite
            PUT    /enrollmentGroups/all                       GROUP       EnrollmentWrite
            GET    /enrollmentGroups/all                       -           EnrollmentRead
            POST   /enrollmentGroups/query                     QUERY       EnrollmentRead
            POST   /enrollmentGroups/all/attestationmechanism  -           EnrollmentWrite
            DELETE /enrollmentGroups/all                       -           EnrollmentWrite
            GET    /registrations/meter-1                      -           RegistrationStatusRead
            POST   /registrations/all/query                    QUERY       RegistrationStatusRead
            DELETE /registrations/meter-1                      -           RegistrationStatusWrite
            GET    /certificates                               -           ServiceConfig
            GET    /certificates/root                          -           ServiceConfig
            PUT    /certificates/root                          CERT        ServiceConfig
            POST   /certificates/root/generateVerificationCode -           ServiceConfig
            POST   /certificates/root/verify                   CERT        ServiceConfig
            DELETE /certificates/root                          -           ServiceConfig
            GET    /policies                                   -           ServiceConfig
            GET    /policies/some                              -           ServiceConfig
            PUT    /policies/other                             POLICY      ServiceConfig
            POST   /policies/some/listKeys                     -           ServiceConfig
            POST   /policies/some/regenerateKey                KEY         ServiceConfig
            DELETE /policies/some                              -           ServiceConfig
            GET    /settings                                   -           ServiceConfig
            GET    /linkedHubs                                 -           ServiceConfig
            GET    /linkedHubs/hub.lab.test                    -           ServiceConfig
            PUT    /linkedHubs/hub.lab.test                    EMPTY       ServiceConfig
            DELETE /linkedHubs/hub.lab.test                    -           ServiceConfig
            GET    /allocationPolicy                           -           ServiceConfig
            PUT    /allocationPolicy                           EMPTY       ServiceConfig
            GET    /shipments                                  -           EnrollmentRead
            GET    /shipments/all                              -           EnrollmentRead
            GET    /shipments/all/keys                         -           EnrollmentRead
            POST   /shipments/all/keys                         -           EnrollmentWrite
            DELETE /shipments/all/keys/00                      -           EnrollmentWrite
            GET    /trustBundle                                -           ServiceConfig
            PUT    /trustBundle                                EMPTY       ServiceConfig
            GET    /tpmPolicy                                  -           ServiceConfig
            PUT    /tpmPolicy                                  EMPTY       ServiceConfig
            GET    /tpmVendors                                 -           ServiceConfig
            GET    /tpmVendors/some                            -           ServiceConfig
            PUT    /tpmVendors/some                            CERT        ServiceConfig
            DELETE /tpmVendors/some                            -           ServiceConfig
            GET    /tpmReplacements                            -           EnrollmentRead
            POST   /tpmReplacements/old/new/approve            -           EnrollmentWrite
            POST   /tpmReplacements/old/new/reject             -           EnrollmentWrite
            GET    /operations                                 -           RegistrationStatusRead
            GET    /metrics                                    -           RegistrationStatusRead
            GET    /scopes                                     -           ScopeAdmin
            GET    /scopes/south                               -           ScopeAdmin
            PUT    /scopes/west                                -           ScopeAdmin
            DELETE /scopes/south                               -           ScopeAdmin
            """;
    private static final Map<String, String> BODIES = Map.of(
            "-", "",
            "EMPTY", "{}",
            "ENROLLMENT", "{\"registrationId\":\"meter-1\",\"attestation\":{\"type\":\"symmetricKey\"}}",
            "GROUP", "{\"enrollmentGroupId\":\"all\",\"attestation\":{\"type\":\"symmetricKey\"}}",
            "BULK", "{\"mode\":\"create\",\"enrollments\":[]}",
            "QUERY", "{\"query\":\"*\"}",
            "CERT", "{\"certificate\":\"AAAA\"}",
            "POLICY", "{\"permissions\":[\"ServiceConfig\"]}",
            "KEY", "{\"key\":\"primary\"}");

    @TempDir
    static Path directory;

    private static final Map<String, ServicePolicy> POLICIES = new HashMap<>();
    private static DpsRoutesFixture routes; // one for all: what is behind a door does not matter here

    @BeforeAll
    static void open() throws IOException {
        routes = new DpsRoutesFixture(directory);
        routes.tenant("south");
        routes.policy("some", Set.of(ServicePermission.SERVICE_CONFIG));
    }

    @AfterAll
    static void close() {
        routes.close();
    }

    /** All paths of the table. */
    public static Stream<String> paths() {
        return TABLE.lines().map(Door::parse).map(Door::path);
    }

    record Door(String method, String path, String body, ServicePermission permission) {
        static Door parse(String line) {
            List<String> part = Arrays.asList(line.strip().split("\\s+"));
            return new Door(
                    part.get(0),
                    part.get(1),
                    BODIES.getOrDefault(part.get(2), ""),
                    ServicePermission.parse(part.get(3)));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    static Stream<Door> doors() {
        return TABLE.lines().map(Door::parse);
    }

    @ParameterizedTest
    @MethodSource("doors")
    @Tag("DPS-15")
    void oneAndOnlyOnePermissionOpensADoor(Door door) {
        Set<ServicePermission> others = EnumSet.complementOf(EnumSet.of(door.permission()));

        assertError(
                ask(door, token("not" + door.permission().text(), others)),
                403,
                "lacks the permission " + door.permission().text());
        assertThat(ask(door, token("only" + door.permission().text(), Set.of(door.permission())))
                        .status())
                .as("past the door, whatever is behind it")
                .isNotIn(401, 403, 405);
    }

    @ParameterizedTest
    @MethodSource("doors")
    @Tag("DPS-15")
    void nobodyPassesWithoutAToken(Door door) {
        assertError(ask(door, Map.of()), 401, "no Authorization header");
        assertError(ask(door, Map.of("authorization", "Bearer abc")), 401, "is not a shared access signature");
    }

    @ParameterizedTest
    @MethodSource("doors")
    void otherMethodsAreNamed(Door door) {
        Reply reply = routes.ask("PATCH", door.path(), "", token("all", EnumSet.allOf(ServicePermission.class)));

        assertThat(reply.status()).isEqualTo(405);
        assertThat(Arrays.stream(reply.headers().getOrDefault("Allow", "").split(", "))
                        .collect(Collectors.toSet()))
                .contains(door.method());
    }

    private Map<String, String> token(String name, Set<ServicePermission> permissions) {
        ServicePolicy policy = POLICIES.computeIfAbsent(name, made -> routes.policy(made, permissions));
        return Map.of("authorization", routes.serviceToken(policy));
    }

    private Reply ask(Door door, Map<String, String> headers) {
        return routes.ask(door.method(), door.path(), door.body(), headers);
    }
}
