// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.IdentityChanges.Outcome;
import io.postern.cloud.store.Database;
import io.postern.wire.DeviceId;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Many changes of the registry with one commit. Each record stands alone: what is wrong with one stops no other. Listeners
 * hear of everything once it is durable, before the caller is answered.
 */
public final class RegistryBulk {
    /** Most records of one call (spec: bulk operations of the registry). */
    public static final int MOST = 100;

    private final Database database;
    private final IdentityRegistry identities;
    private final Twins twins;

    /** What became of one record. */
    public sealed interface Result {}

    public record Done() implements Result {}

    /**
     * Nothing of the record was done.
     *
     * @param code HTTP status * 1000 + n
     * @param name the error's name on the wire
     */
    public record Refused(int code, String name, String text) implements Result {}

    /** The result, and what is to be told after the commit. */
    private record Step(Result result, Runnable tell) {
        static Step refused(int code, String name, String text) {
            return new Step(new Refused(code, name, text), () -> {});
        }

        Step then(Runnable more) {
            return new Step(result, () -> {
                tell.run();
                more.run();
            });
        }
    }

    RegistryBulk(Database database, IdentityRegistry identities, Twins twins) {
        this.database = database;
        this.identities = identities;
        this.twins = twins;
    }

    /**
     * Applies the records in their order.
     *
     * @return one result for each, in the same order
     * @throws IllegalArgumentException when there are more than {@link #MOST}
     */
    public List<Result> apply(List<RegistryRecord> records) {
        return apply(records, (_, _) -> {});
    }

    /** What is written down with the records, in the same transaction. */
    @FunctionalInterface
    public interface Besides {
        void write(Connection connection, List<Result> results) throws SQLException;
    }

    /** Like {@link #apply(List)}, together with {@code besides}. */
    public List<Result> apply(List<RegistryRecord> records, Besides besides) {
        if (records.size() > MOST) {
            throw new IllegalArgumentException(
                    "a bulk request has at most " + MOST + " records, this one " + records.size());
        }
        List<Step> steps = database.transaction(c -> {
            List<Step> made = new ArrayList<>();
            for (RegistryRecord record : records) {
                made.add(attempt(c, record));
            }
            besides.write(c, made.stream().map(Step::result).toList());
            return made;
        });
        steps.forEach(step -> step.tell().run());
        return steps.stream().map(Step::result).toList();
    }

    private Step attempt(Connection c, RegistryRecord record) throws SQLException {
        try {
            record.tags().ifPresent(tags -> TwinRules.checkTags(TwinRules.withoutStamps(tags)));
            record.desired().ifPresent(desired -> TwinRules.checkProperties(TwinRules.withoutStamps(desired)));
        } catch (IllegalArgumentException e) {
            return Step.refused(400_004, "ArgumentInvalid", String.valueOf(e.getMessage()));
        }
        return switch (record.mode()) {
            case CREATE -> create(c, record);
            case UPDATE -> update(c, record, IfMatch.ANY);
            case UPDATE_IF_MATCH -> update(c, record, record.condition());
            case CREATE_OR_UPDATE -> createOrUpdate(c, record, IfMatch.ANY);
            case CREATE_OR_UPDATE_IF_MATCH -> createOrUpdate(c, record, record.condition());
            case DELETE -> delete(c, record, IfMatch.ANY);
            case DELETE_IF_MATCH -> delete(c, record, record.condition());
            case UPDATE_TWIN -> updateTwin(c, record, IfMatch.ANY);
            case UPDATE_TWIN_IF_MATCH -> updateTwin(c, record, record.twinCondition());
        };
    }

    private Step create(Connection c, RegistryRecord record) throws SQLException {
        JsonObject tags = TwinRules.withoutStamps(record.tags().orElse(JsonValue.EMPTY_JSON_OBJECT));
        JsonObject desired = TwinRules.withoutStamps(record.desired().orElse(JsonValue.EMPTY_JSON_OBJECT));
        Outcome<RegistryReply.Creation> outcome =
                identities.changes().create(c, record.draft().withTwin(tags, desired), Optional.empty());
        return switch (outcome.reply()) {
            case RegistryReply.Created _ -> done(record, outcome);
            case RegistryReply.AlreadyExists _ ->
                Step.refused(409_001, "DeviceAlreadyExists", "there is a device " + record.deviceId() + " already");
            case RegistryReply.Quarantined barred ->
                Step.refused(RegistryReply.Quarantined.CODE, RegistryReply.Quarantined.NAME, barred.text());
        };
    }

    private Step createOrUpdate(Connection c, RegistryRecord record, IfMatch condition) throws SQLException {
        return identities.find(c, record.deviceId()).isPresent() ? update(c, record, condition) : create(c, record);
    }

    private Step update(Connection c, RegistryRecord record, IfMatch condition) throws SQLException {
        Outcome<RegistryReply.Update> outcome = identities.changes().update(c, record.draft(), condition);
        return switch (outcome.reply()) {
            case RegistryReply.Updated _ -> {
                Step step = done(record, outcome);
                yield record.hasTwin()
                        ? step.then(replaced(c, record, IfMatch.ANY).tell())
                        : step;
            }
            case RegistryReply.NotFound _ -> notFound(record.deviceId());
            case RegistryReply.EtagMismatch(var current) -> stale(record.deviceId(), "the etag", current);
        };
    }

    private Step delete(Connection c, RegistryRecord record, IfMatch condition) throws SQLException {
        Outcome<RegistryReply.Deletion> outcome =
                identities.changes().delete(c, record.deviceId(), condition, Optional.empty());
        return switch (outcome.reply()) {
            case RegistryReply.Deleted _ -> done(record, outcome);
            case RegistryReply.NotFound _ -> notFound(record.deviceId());
            case RegistryReply.EtagMismatch(var current) -> stale(record.deviceId(), "the etag", current);
        };
    }

    private Step updateTwin(Connection c, RegistryRecord record, IfMatch condition) throws SQLException {
        return record.hasTwin()
                ? replaced(c, record, condition)
                : Step.refused(
                        400_004,
                        "ArgumentInvalid",
                        "importMode " + record.mode().wireName() + " asks for tags or properties.desired");
    }

    private Step replaced(Connection c, RegistryRecord record, IfMatch condition) throws SQLException {
        Twins.Outcome outcome = twins.replace(c, record.deviceId(), record.tags(), record.desired(), condition);
        return switch (outcome.reply()) {
            case TwinReply.Changed _ -> new Step(new Done(), () -> twins.tell(record.deviceId(), outcome));
            case TwinReply.NoTwin _ -> notFound(record.deviceId());
            case TwinReply.Stale(var current) -> stale(record.deviceId(), "the twin's etag", current.etag());
        };
    }

    private Step done(RegistryRecord record, Outcome<?> outcome) {
        return new Step(new Done(), () -> identities.told(record.deviceId(), outcome));
    }

    private static Step notFound(DeviceId device) {
        return Step.refused(404_001, "DeviceNotFound", "there is no device " + device);
    }

    private static Step stale(DeviceId device, String what, String current) {
        return Step.refused(
                412_001,
                "PreconditionFailed",
                "device " + device + " has changed: " + what + " is " + current + "; read it again");
    }
}
