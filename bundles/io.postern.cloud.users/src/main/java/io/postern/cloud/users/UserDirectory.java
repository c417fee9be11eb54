// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.users;

import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.hub.Hubs;
import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.wire.Secret;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may work with this cloud (HUB-32). Signing in gives tokens that end after some hours; removing a user, or giving
 * another role or password, makes those that are out worthless at once.
 */
public final class UserDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(UserDirectory.class);
    private static final int MOST = 64; // each is a policy of every service, which have room for about a hundred
    private static final int HASHING = 2; // passwords at once; each takes a fifth of a second of a core
    private static final Duration BUSY = Duration.ofSeconds(2); // when to come back when all of these are taken
    private static final int SHORTEST = 12; // NIST SP 800-63B-4, 3.1.1.2 asks for 15 without a second factor, 8 with
    private static final int LONGEST = 128;
    private static final List<String> STEPS = List.of("""
            CREATE TABLE cloud_user(
              name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL,
              created INTEGER NOT NULL, last_sign_in INTEGER);
            """);

    private final Database database;
    private final List<Realm> realms;
    private final Duration tokenLife;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Attempts attempts;
    private final Semaphore hashing = new Semaphore(HASHING);
    private final PasswordHash nobodys;

    /** A user and what is kept of the password. */
    private record Entry(User user, PasswordHash password) {
        boolean isAs(Entry other) {
            return password.text().equals(other.password.text());
        }
    }

    UserDirectory(
            Database database,
            List<? extends Realm> realms,
            Duration tokenLife,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random) {
        this.database = database;
        this.realms = List.copyOf(realms);
        this.tokenLife = tokenLife;
        this.clock = clock;
        this.random = random;
        this.attempts = new Attempts(nanoTime);
        this.nobodys = PasswordHash.nobodys(random);
    }

    /**
     * Opens the directory, and makes the services let in whom it names and nobody else.
     *
     * @param tokenLife how long what a user gets at sign-in is good
     * @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests
     */
    public static UserDirectory open(
            Database database,
            Hubs hubs,
            ProvisioningTenant provisioning,
            Duration tokenLife,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random) {
        Stream<Realm> all =
                Stream.concat(hubs.all().stream().map(HubRealm::new), Stream.of(new ProvisioningRealm(provisioning)));
        database.migrate("users", STEPS);
        var directory = new UserDirectory(database, all.toList(), tokenLife, clock, nanoTime, random);
        directory.settle();
        return directory;
    }

    /** In the order of their names. */
    public List<User> list() {
        return database.read(c -> Sql.all(c, "SELECT * FROM cloud_user ORDER BY name", UserDirectory::user));
    }

    public Optional<User> find(UserName name) {
        return database.read(c -> entry(c, name)).map(Entry::user);
    }

    /** @throws IllegalArgumentException when the password is too short, too long or the name itself */
    public synchronized UserReply add(UserName name, Role role, Secret password) {
        PasswordHash hash = hash(name, password);
        Instant now = clock.instant();
        Optional<UserReply> refusal = database.transaction(c -> {
            if (entry(c, name).isPresent()) {
                return Optional.<UserReply>of(new UserReply.AlreadyExists(name));
            }
            if (list().size() >= MOST) {
                return Optional.<UserReply>of(new UserReply.TooMany(MOST));
            }
            Sql.update(
                    c,
                    "INSERT INTO cloud_user(name, role, password, created) VALUES(?, ?, ?, ?)",
                    name.text(),
                    role.text(),
                    hash.text(),
                    now);
            return Optional.<UserReply>empty();
        });
        return refusal.orElseGet(() -> granted(name, "user added"));
    }

    public synchronized UserReply changeRole(UserName name, Role role) {
        return change(name, "UPDATE cloud_user SET role = ? WHERE name = ?", role.text(), "role of a user changed");
    }

    /** @throws IllegalArgumentException like {@link #add} */
    public synchronized UserReply changePassword(UserName name, Secret password) {
        return change(
                name,
                "UPDATE cloud_user SET password = ? WHERE name = ?",
                hash(name, password).text(),
                "password of a user changed");
    }

    /** Every token of this user opens nothing when this returns, and what one holds open is closed. */
    public synchronized UserReply remove(UserName name) {
        int gone = database.transaction(c -> Sql.update(c, "DELETE FROM cloud_user WHERE name = ?", name.text()));
        realms.forEach(realm -> realm.withdraw(name.policy()));
        if (gone == 0) {
            return new UserReply.NotFound(name);
        }
        LOG.atInfo().addKeyValue("user", name).log("user removed");
        return new UserReply.Removed(name);
    }

    /** @param address where the request comes from, without the port */
    public SignInReply signIn(UserName name, Secret password, String address) {
        Optional<Duration> wait = attempts.wait(name, address);
        if (wait.isPresent()) {
            return new SignInReply.Later(wait.get());
        }
        if (!hashing.tryAcquire()) {
            return new SignInReply.Later(BUSY);
        }
        Optional<Entry> entry = database.read(c -> entry(c, name));
        boolean right;
        try {
            right = entry.map(Entry::password).orElse(nobodys).isOf(password); // the same work for unknown names
        } finally {
            hashing.release();
        }
        return right && entry.isPresent() ? welcome(entry.get(), address) : refused(name, address);
    }

    private SignInReply refused(UserName name, String address) {
        attempts.failed(name, address);
        LOG.atInfo().addKeyValue("user", name).addKeyValue("remote", address).log("sign-in refused");
        return new SignInReply.Refused();
    }

    /** Looks again, for to compare a password takes its time: it may have been changed, or the user be gone. */
    private synchronized SignInReply welcome(Entry proven, String address) {
        UserName name = proven.user().name();
        Instant now = clock.instant();
        Optional<Entry> entry = database.read(c -> entry(c, name)).filter(each -> each.isAs(proven));
        if (entry.isEmpty()) {
            return refused(name, address);
        }
        attempts.succeeded(name, address);
        User user = entry.get().user();
        Instant expires = now.plus(tokenLife).truncatedTo(ChronoUnit.SECONDS); // what a token can say
        database.transaction(c -> Sql.update(
                c,
                "UPDATE cloud_user SET last_sign_in = ? WHERE name = ?",
                now,
                user.name().text()));
        List<SignInReply.Ticket> tickets = new ArrayList<>();
        for (Realm realm : realms) {
            realm.sign(user.name().policy(), expires)
                    .ifPresent(token -> tickets.add(new SignInReply.Ticket(realm.host(), token)));
        }
        LOG.atInfo()
                .addKeyValue("user", user.name())
                .addKeyValue("remote", address)
                .log("signed in");
        return new SignInReply.Welcome(user, expires, tickets);
    }

    /** What a process that died, or a hub that was added, has left undone. */
    private void settle() {
        List<User> users = list();
        Set<String> known = users.stream().map(user -> user.name().policy()).collect(Collectors.toSet());
        for (Realm realm : realms) {
            realm.policiesOfUsers().stream()
                    .filter(policy -> !known.contains(policy))
                    .forEach(realm::withdraw);
            users.stream()
                    .filter(user -> !realm.allows(user.name().policy(), user.role()))
                    .forEach(user -> realm.grant(user.name().policy(), user.role()));
        }
    }

    private UserReply change(UserName name, String sql, String value, String message) {
        int changed = database.transaction(c -> Sql.update(c, sql, value, name.text()));
        return changed == 0 ? new UserReply.NotFound(name) : granted(name, message);
    }

    /** The policies anew, so that tokens from before end here. */
    private UserReply granted(UserName name, String message) {
        User user = find(name).orElseThrow();
        realms.forEach(realm -> realm.grant(name.policy(), user.role()));
        LOG.atInfo()
                .addKeyValue("user", name)
                .addKeyValue("role", user.role().text())
                .log(message);
        return new UserReply.Stored(user);
    }

    private PasswordHash hash(UserName name, Secret password) {
        int length = password.revealUtf8().length();
        if (length < SHORTEST || length > LONGEST) {
            throw new IllegalArgumentException(
                    "a password has " + SHORTEST + " to " + LONGEST + " characters, not " + length);
        }
        if (password.equals(Secret.utf8(name.text()))) {
            throw new IllegalArgumentException("a password is not the user's name");
        }
        return PasswordHash.of(password, random);
    }

    private static Optional<Entry> entry(Connection c, UserName name) throws SQLException {
        return Sql.first(
                c,
                "SELECT * FROM cloud_user WHERE name = ?",
                row -> new Entry(user(row), PasswordHash.parse(row.text("password"))),
                name.text());
    }

    private static User user(Row row) throws SQLException {
        return new User(
                new UserName(row.text("name")),
                Role.parse(row.text("role")),
                row.instant("created"),
                row.optionalInstant("last_sign_in"));
    }
}
