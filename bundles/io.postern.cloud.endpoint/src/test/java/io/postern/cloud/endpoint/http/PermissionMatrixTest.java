// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.endpoint.http.dps.DpsPermissionMatrixTest;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.HubSettings;
import io.postern.wire.Bytes;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every endpoint of a hub and its token service over HTTPS against every policy: the one table of who may do what. A path
 * that a route knows and no row names fails {@link #everyPathThatARouteKnowsHasItsRow}.
 */
class PermissionMatrixTest {
    // method, host, path, body, and the policies that may; every other policy must not. "own" stands for
    // the device's own key; no other device's opens anything
    static final String TABLE = """
            GET    hub    /devices             -                                             iothubowner registryRead registryReadWrite
            POST   hub    /devices             []                                            iothubowner registryReadWrite
            GET    hub    /devices/meter-1     -                                             iothubowner registryRead registryReadWrite
            PUT    hub    /devices/meter-1     {"deviceId":"meter-1"}                        iothubowner registryReadWrite
            POST   hub    /devices/query       {"query":"SELECT*FROM.devices"}               iothubowner service
            DELETE hub    /devices/meter-1     -                                             iothubowner registryReadWrite
            GET    hub    /devices/meter-1/modules    -                                      iothubowner registryRead registryReadWrite
            GET    hub    /devices/meter-1/modules/m  -                                      iothubowner registryRead registryReadWrite
            PUT    hub    /devices/meter-1/modules/m  {}                                     iothubowner registryReadWrite
            DELETE hub    /devices/meter-1/modules/m  -                                      iothubowner registryReadWrite
            POST   hub    /devices/meter-1/messages/events                 -                 iothubowner device tokenservice own
            GET    hub    /devices/meter-1/messages/devicebound            -                 iothubowner device tokenservice own
            DELETE hub    /devices/meter-1/messages/devicebound/x          -                 iothubowner device tokenservice own
            POST   hub    /devices/meter-1/messages/devicebound/x/abandon  -                 iothubowner device tokenservice own
            POST   hub    /devices/meter-1/files                           {}                iothubowner device tokenservice own
            POST   hub    /devices/meter-1/files/notifications             {}                iothubowner device tokenservice own
            POST   hub    /devices/meter-1/messages/devicebound            -                 iothubowner service
            DELETE hub    /devices/meter-1/commands                        -                 iothubowner service
            POST   hub    /twins/meter-1/methods                           {}                iothubowner service
            GET    hub    /statistics/devices  -                                             iothubowner registryRead registryReadWrite
            GET    hub    /statistics/service  -                                             iothubowner registryRead registryReadWrite
            GET    hub    /statistics/registry -                                             iothubowner registryRead registryReadWrite
            GET    hub    /statistics/usage    -                                             iothubowner registryRead registryReadWrite
            GET    hub    /registry/export     -                                             iothubowner registryRead registryReadWrite
            POST   hub    /registry/import     -                                             iothubowner registryReadWrite
            GET    hub    /jobs                -                                             iothubowner registryReadWrite
            POST   hub    /jobs/create         {}                                            iothubowner registryReadWrite
            GET    hub    /jobs/some           -                                             iothubowner registryReadWrite
            DELETE hub    /jobs/some           -                                             iothubowner registryReadWrite
            GET    hub    /policies            -                                             iothubowner registryRead registryReadWrite
            GET    hub    /policies/some       -                                             iothubowner registryRead registryReadWrite
            PUT    hub    /policies/some       {}                                            iothubowner
            DELETE hub    /policies/some       -                                             iothubowner
            POST   hub    /policies/some/listKeys       -                                    iothubowner
            POST   hub    /policies/some/regenerateKey  {"key":"primary"}                    iothubowner
            POST   hub    /policies/some/swapKeys       -                                    iothubowner
            GET    hub    /access              -                                             iothubowner registryRead registryReadWrite
            PUT    hub    /access              {"onlyListed":false}                          iothubowner registryReadWrite
            GET    hub    /access/rules        -                                             iothubowner registryRead registryReadWrite
            GET    hub    /access/rules/some   -                                             iothubowner registryRead registryReadWrite
            PUT    hub    /access/rules/some   {}                                            iothubowner registryReadWrite
            DELETE hub    /access/rules/some   -                                             iothubowner registryReadWrite
            GET    hub    /twins/meter-1       -                                             iothubowner service
            PATCH  hub    /twins/meter-1       {"tags":{"a":1}}                              iothubowner service
            PUT    hub    /twins/meter-1       {"tags":{"a":1}}                              iothubowner service
            POST   hub    /twins/meter-1/methods   {"methodName":"reboot"}                   iothubowner service
            DELETE hub    /devices/meter-1/commands -                                        iothubowner service
            GET    hub    /events              -                                             iothubowner service
            GET    hub    /metrics             -                                             iothubowner service
            GET    hub    /operations          -                                             iothubowner service
            GET    hub    /consumerGroups      -                                             iothubowner service
            GET    hub    /consumerGroups/a    -                                             iothubowner service
            PUT    hub    /consumerGroups/a    -                                             iothubowner registryReadWrite
            DELETE hub    /consumerGroups/a    -                                             iothubowner registryReadWrite
            GET    hub    /routes              -                                             iothubowner service
            GET    hub    /routes/a/deadLetters  -                                           iothubowner service
            POST   hub    /routes/a/deadLetters/redeliver  -                                 iothubowner registryReadWrite
            POST   hub    /routing/test        {"condition":"true","message":{}}             iothubowner service
            GET    hub    /certificates        -                                             iothubowner registryRead registryReadWrite
            GET    hub    /certificates/plant  -                                             iothubowner registryRead registryReadWrite
            PUT    hub    /certificates/plant  {}                                            iothubowner registryReadWrite
            DELETE hub    /certificates/plant  -                                             iothubowner registryReadWrite
            POST   hub    /certificates/plant/generateVerificationCode - iothubowner registryReadWrite
            POST   hub    /certificates/plant/verify   {}                                    iothubowner registryReadWrite
            GET    tokens /leaves              -                                             iothubowner registryRead registryReadWrite
            GET    tokens /leaves/meter-1      -                                             iothubowner registryRead registryReadWrite
            PUT    tokens /leaves/meter-1      {"gateway":"gw-1"}                            iothubowner registryReadWrite
            DELETE tokens /leaves/meter-1      -                                             iothubowner registryReadWrite
            POST   tokens /leaves/meter-1/revoke   {"reason":"lost"}                         iothubowner registryReadWrite
            POST   tokens /leaves/meter-1/grant    -                                         iothubowner registryReadWrite
            POST   tokens /gateways/gw-1/revoke    {"reason":"stolen"}                       iothubowner registryReadWrite
            GET    tokens /newLeaves               -                                         iothubowner registryRead registryReadWrite
            POST   tokens /newLeaves/x/approve     -                                         iothubowner registryReadWrite
            POST   tokens /newLeaves/x/refuse      {"reason":"no"}                           iothubowner registryReadWrite
            GET    tokens /boxes                   -                                         iothubowner registryRead registryReadWrite
            GET    tokens /boxes/gw-1              -                                         iothubowner registryRead registryReadWrite
            DELETE tokens /boxes/gw-1              -                                         iothubowner registryReadWrite
            """;
    /** Doors that ask for something else than a policy's or device's token of the hub; tested where it is. */
    private static final Set<String> ELSEWHERE = Set.of(
            "POST /leaves/meter-1/token",
            "POST /gateways/gw-1/return",
            "POST /scope/registrations/id/register",
            "POST /signin",
            "PUT /users/some",
            "POST /users/some/password",
            "GET /scope/trust-bundle",
            "PUT /trustBundle");

    private static final List<String> METHODS = List.of("GET", "PUT", "POST", "PATCH", "DELETE");

    @TempDir
    static Path directory;

    private static TestHub cloud;
    private DeviceIdentity meter;

    /** One for all rows; a row that deletes the device frees its name. */
    @BeforeAll
    static void open() throws IOException {
        cloud = new TestHub(directory, new HubSettings(TestHub.NAMES.hub(), Duration.ofHours(1), 10));
    }

    @AfterAll
    static void close() {
        cloud.close();
    }

    @BeforeEach
    void assign() throws IOException {
        cloud.clock.advance(Duration.ofHours(1)); // the quarantine is over
        meter = cloud.device("meter-1");
        cloud.tokens.desk().assign(meter.deviceId(), cloud.device("gw-1").deviceId(), true, "op");
    }

    record Endpoint(String method, String host, String path, String body, boolean own, Set<String> policies) {
        static Endpoint parse(String line) {
            List<String> part = Arrays.asList(line.strip().split("\\s+"));
            return new Endpoint(
                    part.get(0),
                    part.get(1).equals("hub") ? TestHub.NAMES.hubHost() : TestHub.NAMES.tokenHost(),
                    part.get(2),
                    part.get(3).equals("-") ? "" : part.get(3),
                    part.getLast().equals("own"),
                    part.subList(4, part.size()).stream()
                            .filter(name -> !name.equals("own"))
                            .collect(Collectors.toSet()));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    static Stream<Endpoint> endpoints() {
        return TABLE.lines().map(Endpoint::parse);
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    @Tag("HUB-24")
    @Tag("HUB-25")
    @Tag("HUB-26")
    void exactlyThePoliciesOfTheTableOpenAnEndpoint(Endpoint endpoint) throws IOException {
        List<String> refused = cloud.hub.policies().list().stream()
                .map(policy -> policy.name())
                .filter(name -> !endpoint.policies().contains(name))
                .toList();
        assertThat(refused).isNotEmpty().allSatisfy(name -> {
            Reply reply = cloud.reply(request(endpoint, cloud.policyToken(name)));
            assertThat(reply.status()).isEqualTo(401);
            if (!endpoint.own()) { // a device is told no more than that it is not let in
                assertThat(TestHub.json(reply).getString("message")).contains(name + " does not allow");
            }
        });
        for (String name : endpoint.policies()) {
            assign();
            assertThat(isAllowed(cloud.ask(request(endpoint, cloud.policyToken(name)))))
                    .describedAs(name)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    @Tag("HUB-31")
    @Tag("ISS-11")
    void aDevicesOwnKeyOpensItsOwnDoorsAloneAndNoneOfTheService(Endpoint endpoint) {
        if (endpoint.own()) {
            assertThat(isAllowed(cloud.ask(request(endpoint, cloud.deviceToken(meter)))))
                    .isTrue();
            assertRefused(endpoint, cloud.deviceToken(cloud.device("gw-1")));
            return;
        }
        assertRefused(endpoint, cloud.deviceToken(meter));
        // nor when the token claims the whole hub
        assertRefused(
                endpoint,
                Optional.of(SasToken.sign(
                        ResourceUri.hub(cloud.hub.name()),
                        cloud.clock.instant().plusSeconds(60),
                        Optional.empty(),
                        meter.keys().primary()::hmacSha256)));
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void noTokenOpensNothing(Endpoint endpoint) {
        assertRefused(endpoint, Optional.empty());
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void aForgedTokenOpensNothingAndIsToldNothing(Endpoint endpoint) {
        SasToken good = cloud.policyToken("iothubowner").orElseThrow();
        var forged = new SasToken(good.sr(), Bytes.of(new byte[32]), good.expiry(), good.keyName());
        Reply reply = assertRefused(endpoint, Optional.of(forged));
        assertThat(TestHub.json(reply).getString("message")).doesNotContain("iothubowner");
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void anExpiredTokenOpensNothing(Endpoint endpoint) {
        Optional<SasToken> token = cloud.policyToken("iothubowner");
        cloud.clock.advance(Duration.ofHours(1));
        assertRefused(endpoint, token);
    }

    @Test
    void anAuthorizationHeaderThatIsNoTokenGets401() {
        Reply reply = cloud.reply(cloud.request(
                "GET", TestHub.NAMES.hubHost(), "/devices", "", Optional.empty(), "Authorization", "Bearer abc"));
        assertThat(reply.status()).isEqualTo(401);
        assertThat(TestHub.json(reply).getString("message")).doesNotContain("abc");
    }

    private Reply assertRefused(Endpoint endpoint, Optional<SasToken> token) {
        Reply reply = cloud.reply(request(endpoint, token));
        assertThat(reply.status()).isEqualTo(401);
        return reply;
    }

    private Request request(Endpoint endpoint, Optional<SasToken> token) {
        return cloud.request(endpoint.method(), endpoint.host(), endpoint.path(), endpoint.body(), token);
    }

    /** Let in; what the room behind says, a 404 or 409, is no matter of permission. */
    private static boolean isAllowed(Answer answer) {
        return switch (answer) {
            case Reply reply -> reply.status() != 401 && reply.status() != 403;
            case ServerSentEvents _ -> true;
        };
    }

    /** All but those whose path is, for other methods, that of a device. */
    static Stream<Endpoint> wholePaths() {
        return endpoints().filter(endpoint -> !endpoint.path().equals("/devices/query"));
    }

    @ParameterizedTest
    @MethodSource("wholePaths")
    void aMethodWithoutARowIsNotServed(Endpoint endpoint) {
        Set<String> listed = endpoints()
                .filter(other ->
                        other.path().equals(endpoint.path()) && other.host().equals(endpoint.host()))
                .map(Endpoint::method)
                .collect(Collectors.toSet());
        assertThat(METHODS.stream().filter(method -> !listed.contains(method)))
                .allSatisfy(method -> assertThat(cloud.reply(cloud.request(
                                        method,
                                        endpoint.host(),
                                        endpoint.path(),
                                        "{}",
                                        cloud.policyToken("iothubowner")))
                                .status())
                        .describedAs(method)
                        .isIn(404, 405));
    }

    /** What the routes compare path segments with is read from their bytecode, so that none can be forgotten. */
    @Test
    @Tag("HUB-30")
    void everyPathThatARouteKnowsHasItsRow() throws IOException {
        Set<String> named = Stream.concat(
                        Stream.concat(endpoints().map(Endpoint::path), ELSEWHERE.stream()),
                        DpsPermissionMatrixTest.paths())
                .flatMap(path -> Arrays.stream(path.substring(path.indexOf('/')).split("/")))
                .map(segment -> segment.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());

        assertThat(KnownSegments.ofRoutes()).hasSizeGreaterThan(20).isSubsetOf(named);
    }
}
