// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http.dps;

import io.postern.cloud.dps.EnrollmentCodec;
import io.postern.cloud.dps.EnrollmentGroup;
import io.postern.cloud.dps.EnrollmentGroupId;
import io.postern.cloud.dps.EnrollmentGroups;
import io.postern.cloud.dps.GroupPage;
import io.postern.cloud.dps.GroupReply;
import io.postern.cloud.dps.ProvisioningTenant;
import io.postern.cloud.dps.StoredGroup;
import io.postern.cloud.endpoint.http.Reply;
import io.postern.cloud.endpoint.http.Request;
import io.postern.cloud.endpoint.http.Route;
import io.postern.cloud.hub.IfMatch;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where operators keep enrollment groups (DPS-23): {@code /enrollmentGroups...}. */
final class DpsGroupRoute implements Route, EntryPaths.Entries {
    private static final Logger LOG = LoggerFactory.getLogger(DpsGroupRoute.class);
    private static final Paging PAGES = new Paging("enrollmentGroup", "enrollmentGroups");

    private final IdScope scope;
    private final EnrollmentGroups groups;
    private final OperatorDoor door;
    private final EntryPaths paths;

    DpsGroupRoute(ProvisioningTenant tenant, OperatorDoor door) {
        this.scope = tenant.idScope();
        this.groups = tenant.groups();
        this.door = door;
        this.paths = new EntryPaths("enrollmentGroups", this, door);
    }

    @Override
    public Optional<Reply> handle(Request request) {
        return paths.handle(request);
    }

    @Override
    public Reply read(Request request) {
        return groups.find(id(request)).map(DpsGroupRoute::shown).orElseGet(() -> noGroup(request));
    }

    @Override
    public Reply put(Request request) {
        EnrollmentGroup group = groups.parse(Json.parseObject(request.body().toUtf8()));
        if (!group.id().equals(id(request))) {
            throw new IllegalArgumentException("the path names enrollment group " + id(request) + ", the body "
                    + group.id() + "; both must name the same");
        }
        Optional<IfMatch> condition = request.header("If-Match").map(IfMatch::parse);
        return condition.isPresent() ? updated(request, group, condition.get()) : created(request, group);
    }

    private Reply created(Request request, EnrollmentGroup group) {
        return switch (groups.create(group)) {
            case GroupReply.Stored(StoredGroup entry) -> written(entry, "enrollment group added");
            case GroupReply.AlreadyExists(var id) ->
                door.refuse(
                        request,
                        409_001,
                        "EnrollmentGroupAlreadyExists",
                        "there is an enrollment group " + id
                                + " already; to change it, send its etag or * as If-Match");
            case GroupReply.TooMany(int most) ->
                door.refuse(
                        request,
                        403_003,
                        "QuotaExceeded",
                        "one service has at most " + most + " enrollment groups of one attestation; delete one first");
        };
    }

    private Reply updated(Request request, EnrollmentGroup group, IfMatch condition) {
        return switch (groups.update(group, condition)) {
            case GroupReply.Stored(StoredGroup entry) -> written(entry, "enrollment group updated");
            case GroupReply.NotFound _ -> noGroup(request);
            case GroupReply.EtagMismatch(var id, String current) -> door.stale(request, id, current);
        };
    }

    @Override
    public Reply delete(Request request) {
        return switch (groups.delete(id(request), request.condition())) {
            case GroupReply.Deleted(var id) -> {
                LOG.atInfo().addKeyValue("enrollmentGroup", id).log("enrollment group deleted");
                yield Reply.empty(204);
            }
            case GroupReply.NotFound _ -> noGroup(request);
            case GroupReply.EtagMismatch(var id, String current) -> door.stale(request, id, current);
        };
    }

    @Override
    public Reply mechanism(Request request) {
        return groups.find(id(request))
                .map(entry ->
                        Reply.json(200, EnrollmentCodec.mechanism(entry.group().attestation())))
                .orElseGet(() -> noGroup(request));
    }

    @Override
    public Reply query(Request request) {
        PAGES.requireWholeList(request);
        GroupPage page = groups.page(PAGES.size(request), PAGES.after(request, scope, EnrollmentGroupId::of));
        var items = Json.array();
        page.groups().forEach(entry -> items.add(EnrollmentCodec.toJson(entry)));
        return PAGES.reply(items.build(), scope, page.continueAfter().map(EnrollmentGroupId::text));
    }

    private static Reply written(StoredGroup entry, String message) {
        LOG.atInfo().addKeyValue("enrollmentGroup", entry.group().id()).log(message);
        return shown(entry);
    }

    private static Reply shown(StoredGroup entry) {
        return Reply.json(200, EnrollmentCodec.toJson(entry)).with("ETag", "\"" + entry.etag() + "\"");
    }

    private Reply noGroup(Request request) {
        return door.noGroup(request, id(request));
    }

    private static EnrollmentGroupId id(Request request) {
        return EnrollmentGroupId.of(request.segments().get(1));
    }
}
