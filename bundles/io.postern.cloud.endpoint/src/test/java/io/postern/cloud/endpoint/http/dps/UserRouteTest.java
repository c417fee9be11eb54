// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.assertError;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.expect;
import static io.postern.cloud.endpoint.http.dps.DpsRoutesFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("HUB-32")
@SuppressWarnings("NullAway.Init") // set before each test
class UserRouteTest {
    private static final String ANNA = "{\"role\":\"operator\",\"password\":\"correct horse battery\"}";

    @TempDir
    Path directory;

    private DpsRoutesFixture routes;

    @BeforeEach
    void open() throws IOException {
        routes = new DpsRoutesFixture(directory);
    }

    @AfterEach
    void close() {
        routes.close();
    }

    @Test
    void aUserSignsInAndWorksWithTheTicketsUntilRemoved() {
        expect(200, routes.operator("PUT", "/users/anna", ANNA));

        JsonObject in = json(expect(200, signIn("anna", "correct horse battery")));

        assertThat(in.getString("role")).isEqualTo("operator");
        Map<String, String> ticket = Map.of("authorization", ticket(in));
        expect(200, routes.ask("POST", "/enrollments/query", "{\"query\":\"*\"}", ticket));
        assertError(routes.ask("GET", "/settings", "", ticket), 403, "user.anna");
        assertError(routes.ask("GET", "/users", "", ticket), 403, "lacks the permission");

        expect(204, routes.operator("DELETE", "/users/anna", ""));
        assertError(routes.ask("POST", "/enrollments/query", "{\"query\":\"*\"}", ticket), 401, "no policy user.anna");
        assertError(routes.operator("DELETE", "/users/anna", ""), 404, "no user anna");
    }

    @Test
    void onlyWhoRunsTheWholeServiceKeepsUsers() {
        var others = EnumSet.complementOf(EnumSet.of(ServicePermission.SCOPE_ADMIN));
        Map<String, String> almostAll =
                Map.of("authorization", routes.serviceToken(routes.policy("almost-all", others)));

        for (String method : new String[] {"GET", "PUT", "DELETE"}) {
            assertError(routes.ask(method, "/users/anna", ANNA, almostAll), 403, "ScopeAdmin");
        }
        assertError(routes.ask("GET", "/users", "", almostAll), 403, "ScopeAdmin");
        assertError(routes.ask("GET", "/users", "", Map.of()), 401, "Authorization");
    }

    @Test
    void usersChangeTheirOwnPasswordWhenTheyKnowIt() {
        expect(200, routes.operator("PUT", "/users/anna", ANNA));

        assertError(change("wrong wrong wrong", "another long one"), 401, "wrong");
        assertError(change("correct horse battery", "short"), 400, "12 to 128");
        expect(200, change("correct horse battery", "another long one"));

        assertError(signIn("anna", "correct horse battery"), 401, "wrong");
        expect(200, signIn("anna", "another long one"));
    }

    @Test
    void badInputIsNamed() {
        assertError(signIn("Anna!", "x"), 400, "lower-case");
        assertError(routes.ask("POST", "/signin", "{}", Map.of()), 400, "user");
        assertError(routes.ask("POST", "/signin", "[]", Map.of()), 400, "");
        assertError(routes.operator("PUT", "/users/anna", "{\"role\":\"operator\"}"), 400, "\"password\" is missing");
        assertError(routes.operator("PUT", "/users/anna", ANNA.replace("operator", "king")), 400, "viewer, operator");
        assertThat(json(routes.operator("GET", "/users", "")).getJsonArray("value"))
                .isEmpty();
    }

    @Test
    void guessingIsSlowedDown() {
        for (int i = 0; i < 5; i++) {
            assertError(signIn("nobody", "correct horse battery"), 401, "wrong");
        }
        Reply later = signIn("nobody", "correct horse battery");

        assertError(later, 429, "too many tries");
        assertThat(later.headers()).containsEntry("Retry-After", "10");
    }

    private Reply signIn(String user, String password) {
        String body = Json.object()
                .add("user", user)
                .add("password", password)
                .build()
                .toString();
        return routes.ask("POST", "/signin", body, Map.of());
    }

    private Reply change(String old, String fresh) {
        String body = Json.object().add("old", old).add("new", fresh).build().toString();
        return routes.ask("POST", "/users/anna/password", body, Map.of());
    }

    private static String ticket(JsonObject signedIn) {
        return signedIn.getJsonArray("tickets").getValuesAs(JsonObject.class).stream()
                .filter(ticket -> ticket.getString("host").equals(DpsRoutesFixture.SERVICE))
                .findFirst()
                .orElseThrow()
                .getString("token");
    }
}
