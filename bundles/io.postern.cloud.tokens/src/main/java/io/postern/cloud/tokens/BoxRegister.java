// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.store.Database;
import io.postern.cloud.store.Row;
import io.postern.cloud.store.Sql;
import io.postern.cloud.tokens.BoxRules.Finding;
import io.postern.cloud.tokens.BoxRules.Known;
import io.postern.cloud.tokens.DeviceDirectory.Entry;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.box.BoxStatement;
import jakarta.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which box each gateway runs in, and what came from another one under its name: a disk that was copied, or a gateway that
 * was restored from an old image (SEC-02). A gateway that the hub has given new keys is met anew.
 */
public final class BoxRegister {
    private static final int LARGEST_PAGE = 1_000;
    private static final int LONGEST_TEXT = 500;
    private static final Duration ONE_NOTE = Duration.ofMinutes(1); // a copy that asks on and on is one note a minute

    private static final List<String> STEPS = List.of("""
            CREATE TABLE tokens_box(
              hub TEXT NOT NULL, gateway TEXT NOT NULL, identity TEXT NOT NULL, name TEXT, counter INTEGER NOT NULL,
              boots INTEGER NOT NULL, run TEXT NOT NULL, since INTEGER NOT NULL, seen INTEGER NOT NULL,
              origin TEXT NOT NULL, copies INTEGER NOT NULL, copy_seen INTEGER, copy_origin TEXT, copy_text TEXT,
              PRIMARY KEY (hub, gateway));
            """);

    private static final String FIND = "SELECT * FROM tokens_box WHERE hub = ? AND gateway = ?";
    private static final String UPSERT = Sql.upsert(
            "tokens_box", "hub, gateway", "identity, name, counter, boots, run, since, seen, origin, copies");

    /**
     * A gateway's box as it stands in the books.
     *
     * @param name of its TPM's key, empty without a TPM
     * @param origin the address its latest statement came from
     * @param copies how many notes there are of another box under the same identity
     */
    public record Box(
            DeviceId gateway,
            Optional<String> name,
            long counter,
            long boots,
            Instant since,
            Instant seen,
            String origin,
            long copies,
            Optional<Copy> lastCopy) {
        public JsonObject toJson() {
            var json = Json.object()
                    .add("gateway", gateway.text())
                    .add("counter", counter)
                    .add("boots", boots)
                    .add("since", since.toString())
                    .add("seen", seen.toString())
                    .add("origin", origin)
                    .add("copies", copies);
            name.ifPresent(known -> json.add("tpm", known));
            lastCopy.ifPresent(copy -> json.add("copySeen", copy.seen().toString())
                    .add("copyOrigin", copy.origin())
                    .add("copyReason", copy.why()));
            return json.build();
        }
    }

    /** The latest note of another box. */
    public record Copy(Instant seen, String origin, String why) {}

    private record Held(Box box, String identity, Known known) {}

    private final Database database;
    private final String hub;
    private final HubName name;

    BoxRegister(Database database, HubName hub) {
        this.database = database;
        this.name = hub;
        this.hub = hub.text();
        database.migrate("tokens_box", STEPS);
    }

    /**
     * Compares what {@code gateway} says with the books, and writes down what is new.
     *
     * @param origin the address it came from
     */
    Finding judge(GatewayExaminer.Proven proven, Optional<BoxStatement> said, String origin, Instant now) {
        Entry gateway = proven.gateway();
        String identity = identity(proven);
        boolean sealed =
                said.filter(box -> box.isSealedFor(name, gateway.deviceId())).isPresent();
        return database.transaction(c -> {
            Optional<Held> held =
                    find(c, gateway.deviceId()).filter(found -> found.identity().equals(identity));
            Optional<Known> known = held.map(Held::known);
            Finding finding =
                    said.map(box -> BoxRules.judge(known, box, sealed)).orElseGet(() -> BoxRules.judgeSilence(known));
            switch (finding) {
                case Finding.Fits(boolean news) -> {
                    if (news) {
                        write(c, gateway, identity, held, said.orElseThrow(), origin, now);
                    }
                }
                case Finding.Copy(String why) -> note(c, held, new Copy(now, origin, why));
                case Finding.Undecided(String why) -> note(c, held, new Copy(now, origin, why));
            }
            return finding;
        });
    }

    /** In the order of the gateways' names. */
    public List<Box> listAfter(String after, int most) {
        return database.read(c -> Sql.all(
                c,
                "SELECT * FROM tokens_box WHERE hub = ? AND gateway > ? ORDER BY gateway LIMIT ?",
                row -> held(row).box(),
                hub,
                after,
                Math.clamp(most, 1, LARGEST_PAGE)));
    }

    public Optional<Box> find(DeviceId gateway) {
        return database.read(c -> find(c, gateway)).map(Held::box);
    }

    /** The next box that proves itself as this gateway is taken for its box. */
    public boolean forget(DeviceId gateway) {
        return database.transaction(
                        c -> Sql.update(c, "DELETE FROM tokens_box WHERE hub = ? AND gateway = ?", hub, gateway.text()))
                > 0;
    }

    private void write(
            Connection c,
            Entry gateway,
            String identity,
            Optional<Held> before,
            BoxStatement said,
            String origin,
            Instant now)
            throws SQLException {
        Sql.update(
                c,
                UPSERT,
                hub,
                gateway.deviceId().text(),
                identity,
                said.boxName(),
                said.counter(),
                said.boots(),
                said.run(),
                before.map(held -> held.box().since()).orElse(now),
                now,
                origin,
                before.map(held -> held.box().copies()).orElse(0L));
    }

    private void note(Connection c, Optional<Held> held, Copy copy) throws SQLException {
        if (held.isEmpty()) {
            return; // a false seal of a gateway whose box is not known yet: refused, and in the log of operations
        }
        Box box = held.get().box();
        boolean noted = box.lastCopy()
                .filter(last -> last.why().equals(copy.why())
                        && last.origin().equals(copy.origin())
                        && Duration.between(last.seen(), copy.seen()).abs().compareTo(ONE_NOTE) < 0)
                .isPresent();
        if (!noted) {
            Sql.update(
                    c,
                    "UPDATE tokens_box SET copies = copies + 1, copy_seen = ?, copy_origin = ?, copy_text = ?"
                            + " WHERE hub = ? AND gateway = ?",
                    copy.seen(),
                    copy.origin(),
                    copy.why().substring(0, Math.min(copy.why().length(), LONGEST_TEXT)),
                    hub,
                    box.gateway().text());
        }
    }

    private Optional<Held> find(Connection c, DeviceId gateway) throws SQLException {
        return Sql.first(c, FIND, BoxRegister::held, hub, gateway.text());
    }

    private static Held held(Row row) throws SQLException {
        Optional<Instant> copySeen = row.optionalInstant("copy_seen");
        String copyOrigin = row.optionalText("copy_origin").orElse("");
        String copyText = row.optionalText("copy_text").orElse("");
        Optional<String> name = row.optionalText("name");
        var box = new Box(
                DeviceId.of(row.text("gateway")),
                name,
                row.number("counter"),
                row.number("boots"),
                row.instant("since"),
                row.instant("seen"),
                row.text("origin"),
                row.number("copies"),
                copySeen.map(at -> new Copy(at, copyOrigin, copyText)));
        return new Held(box, row.text("identity"), new Known(name, box.counter(), row.text("run")));
    }

    /** Another one when the device has new keys, a certificate for another key, or was made anew. */
    private static String identity(GatewayExaminer.Proven proven) {
        return proven.gateway().generationId() + " "
                + proven.mark().slice(0, 12).toBase64();
    }
}
