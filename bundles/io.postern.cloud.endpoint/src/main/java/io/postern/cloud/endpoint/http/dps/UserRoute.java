// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.ServicePermission;
import io.postern.cloud.dps.ServicePolicy;
import io.postern.cloud.endpoint.DeskReply;
import io.postern.cloud.endpoint.http.ErrorReplies;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.cloud.users.Role;
import io.postern.cloud.users.SignInReply;
import io.postern.cloud.users.User;
import io.postern.cloud.users.UserDirectory;
import io.postern.cloud.users.UserName;
import io.postern.cloud.users.UserReply;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import io.postern.wire.UtcText;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The people who work with this cloud (HUB-32), an extension of ours at the default tenant's service host: {@code /signin}
 * for everyone, {@code /users} and below for who may make tenants, {@code /users/{name}/password} for who knows it.
 */
public final class UserRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(UserRoute.class);

    private final UserDirectory users;
    private final ProvisioningTenant tenant;
    private final DpsDoor door;
    private final OperatorDoor operators;

    public UserRoute(UserDirectory users, ProvisioningTenant tenant, ErrorReplies errors) {
        this.users = users;
        this.tenant = tenant;
        this.door = new DpsDoor(errors);
        this.operators = new OperatorDoor(tenant.gate(), door);
    }

    @Override
    public Optional<Reply> handle(Request request) {
        if (!request.host().equals(tenant.serviceHost().text())) {
            return Optional.empty();
        }
        int length = request.segments().size();
        if (request.has(0, "signin") && length == 1) {
            return Optional.of(post(request, this::signIn));
        }
        if (!request.has(0, "users") || length > 3) {
            return Optional.empty();
        }
        return switch (length) {
            case 1 -> Optional.of(operators.get(request, ServicePermission.SCOPE_ADMIN, _ -> list()));
            case 2 -> Optional.of(user(request));
            default ->
                request.has(2, "password") ? Optional.of(post(request, this::changeOwnPassword)) : Optional.empty();
        };
    }

    private Reply post(Request request, DpsDoor.Room room) {
        return request.method().equals("POST") ? door.pass(request, room) : door.wrongMethod(request, "POST");
    }

    private Reply user(Request request) {
        return switch (request.method()) {
            case "GET" -> operators.pass(request, ServicePermission.SCOPE_ADMIN, this::read);
            case "PUT" -> operators.pass(request, ServicePermission.SCOPE_ADMIN, this::put);
            case "DELETE" -> operators.pass(request, ServicePermission.SCOPE_ADMIN, this::delete);
            default -> operators.wrongMethod(request, "GET, PUT, DELETE");
        };
    }

    private Reply signIn(Request request) {
        JsonObject body = Json.parseObject(request.body().toUtf8());
        return signedIn(request, new UserName(Json.requireText(body, "user")), password(body, "password"));
    }

    private Reply signedIn(Request request, UserName name, Secret password) {
        return switch (users.signIn(name, password, address(request))) {
            case SignInReply.Welcome welcome -> Reply.json(200, toJson(welcome));
            case SignInReply.Refused _ ->
                door.refuse(request, 401_002, "Unauthorized", "the user or the password is wrong");
            case SignInReply.Later(Duration wait) -> {
                String seconds = Integer.toString(DeskReply.seconds(wait));
                yield door.refuse(
                                request,
                                DeskReply.THROTTLED,
                                "ThrottlingException",
                                "too many tries; come back in " + seconds + " s")
                        .with("Retry-After", seconds);
            }
        };
    }

    private Reply changeOwnPassword(Request request) {
        JsonObject body = Json.parseObject(request.body().toUtf8());
        UserName name = name(request);
        Secret fresh = password(body, "new");
        Reply proof = signedIn(request, name, password(body, "old"));
        return proof.status() == 200 ? stored(request, users.changePassword(name, fresh)) : proof;
    }

    private Reply list() {
        var all = Json.array();
        users.list().forEach(user -> all.add(toJson(user)));
        return Reply.json(200, Json.object().add("value", all).build());
    }

    private Reply read(Request request) {
        return users.find(name(request))
                .map(user -> Reply.json(200, toJson(user).build()))
                .orElseGet(() -> stored(request, new UserReply.NotFound(name(request))));
    }

    /** Adds a user, or gives one another role, another password or both. */
    private Reply put(Request request, ServicePolicy caller) {
        JsonObject body = Json.parseObject(request.body().toUtf8());
        UserName name = name(request);
        Optional<Role> role = Json.text(body, "role").map(Role::parse);
        Optional<Secret> password = Json.text(body, "password").map(Secret::utf8);
        LOG.atInfo().addKeyValue("user", name).addKeyValue("by", caller.name()).log("user changed");
        if (users.find(name).isEmpty()) {
            return stored(
                    request,
                    users.add(
                            name,
                            role.orElseThrow(() -> missing("role")),
                            password.orElseThrow(() -> missing("password"))));
        }
        UserReply reply = new UserReply.NotFound(name);
        if (password.isPresent()) {
            reply = users.changePassword(name, password.get());
        }
        if (role.isPresent() || password.isEmpty()) {
            reply = users.changeRole(name, role.orElseThrow(() -> missing("role")));
        }
        return stored(request, reply);
    }

    private Reply delete(Request request) {
        return stored(request, users.remove(name(request)));
    }

    private Reply stored(Request request, UserReply reply) {
        return switch (reply) {
            case UserReply.Stored(User user) -> Reply.json(200, toJson(user).build());
            case UserReply.Removed _ -> Reply.empty(204);
            case UserReply.NotFound(UserName name) ->
                door.refuse(request, 404_011, "UserNotFound", "there is no user " + name);
            case UserReply.AlreadyExists(UserName name) ->
                door.refuse(request, 409_011, "UserAlreadyExists", "there is a user " + name + " already");
            case UserReply.TooMany(int most) ->
                door.refuse(
                        request, 403_003, "QuotaExceeded", "there are at most " + most + " users; remove one first");
        };
    }

    private static JsonObject toJson(SignInReply.Welcome welcome) {
        var tickets = Json.array();
        welcome.tickets()
                .forEach(ticket -> tickets.add(Json.object()
                        .add("host", ticket.host())
                        .add("token", ticket.token().text().revealUtf8())));
        return toJson(welcome.user())
                .add("expiryUtc", UtcText.of(welcome.expires()))
                .add("tickets", tickets)
                .build();
    }

    private static JsonObjectBuilder toJson(User user) {
        JsonObjectBuilder json = Json.object()
                .add("name", user.name().text())
                .add("role", user.role().text())
                .add("policy", user.name().policy())
                .add("createdDateTimeUtc", UtcText.of(user.created()));
        user.lastSignIn().ifPresent(at -> json.add("lastSignInDateTimeUtc", UtcText.of(at)));
        return json;
    }

    private static Secret password(JsonObject body, String member) {
        return Secret.utf8(Json.requireText(body, member));
    }

    private static IllegalArgumentException missing(String member) {
        return new IllegalArgumentException(
                "a new user has a role and a password; the member \"" + member + "\" is missing");
    }

    private static String address(Request request) {
        int port = request.remote().lastIndexOf(':');
        return port < 0 ? request.remote() : request.remote().substring(0, port);
    }

    private static UserName name(Request request) {
        return new UserName(request.segments().get(1));
    }
}
