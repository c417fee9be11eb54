// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.DeviceTwin;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.Permission;
import io.postern.cloud.hub.RegistryReply;
import io.postern.cloud.hub.diagnostics.Actor;
import io.postern.wire.ConnectionString;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A linked hub that runs in the same process: its registry is called, no connection string is needed. */
public final class InProcessHub implements LocalHub {
    private static final Actor PROVISIONING = Actor.within("provisioning");
    private static final int ATTEMPTS = 3; // an operator and a device rarely change one identity at the same moment

    private static final Set<Permission> NEEDED =
            EnumSet.of(Permission.REGISTRY_READ, Permission.REGISTRY_READ_WRITE, Permission.SERVICE_CONNECT);

    private final Hub hub;

    public InProcessHub(Hub hub) {
        this.hub = hub;
    }

    @Override
    public HubName name() {
        return hub.name();
    }

    @Override
    public boolean admits(ConnectionString access) {
        return hub.policies()
                .find(access.keyName())
                .filter(policy -> policy.permissions().containsAll(NEEDED))
                .filter(policy -> policy.keys().primary().equals(access.key())
                        || policy.keys().secondary().equals(access.key()))
                .isPresent();
    }

    @Override
    public Placement place(Registered device, DeviceAuthentication access, Arrival arrival) {
        return PROVISIONING.does(() -> placed(device, access, arrival));
    }

    private Placement placed(Registered device, DeviceAuthentication access, Arrival arrival) {
        HeldDevice first = first(arrival);
        IdentityDraft draft = IdentityDraft.of(device.device())
                .with(access)
                .withStatus(first.enabled(), first.statusReason())
                .withTwin(first.twin().tags(), first.twin().desired());
        try {
            return switch (hub.identities().create(draft, Optional.of(heir(device)))) {
                case RegistryReply.Created _ -> created(device.device(), first);
                case RegistryReply.AlreadyExists _ -> renewed(draft, arrival);
                case RegistryReply.Quarantined barred ->
                    new Placement.Refused("the device id " + device.device() + " was deleted and stays barred until "
                            + barred.until() + " (" + barred.daysLeft() + " days)");
            };
        } catch (IllegalArgumentException e) {
            return new Placement.Refused("hub " + hub.name() + " refuses the initial twin: " + e.getMessage());
        }
    }

    @Override
    public Optional<HeldDevice> find(DeviceId device) {
        Optional<DeviceIdentity> identity = hub.identities().find(device);
        return identity.flatMap(known -> hub.twins()
                .find(device)
                .map(twin -> new HeldDevice(known.enabled(), known.statusReason(), state(twin))));
    }

    @Override
    public void remove(Registered device) {
        PROVISIONING.does(() -> hub.identities().handOver(device.device(), heir(device)));
    }

    @Override
    public Configuration configuration(DeviceId device, Instant assigned) {
        return hub.twins()
                .firstContact(device)
                .<Configuration>map(Configuration.Done::new)
                .orElseGet(Configuration.Pending::new);
    }

    private Placement created(DeviceId device, HeldDevice first) {
        report(device, first.twin());
        return new Placement.Created();
    }

    private Placement renewed(IdentityDraft draft, Arrival arrival) {
        DeviceId device = draft.deviceId();
        boolean done =
                switch (arrival) {
                    case Arrival.Moving _ ->
                        hub.identities().update(draft, IfMatch.ANY) instanceof RegistryReply.Updated;
                    case Arrival.Joining _, Arrival.Staying _ -> hasRenewedAccess(draft);
                };
        if (!done) {
            return new Placement.Refused("device " + device + " in hub " + hub.name()
                    + " was changed by others all the while; register again");
        }
        switch (arrival) {
            case Arrival.Moving(HeldDevice moved) -> {
                hub.twins().replace(device, Optional.of(draft.tags()), Optional.of(draft.desired()), IfMatch.ANY);
                report(device, moved.twin());
                hub.twins().awaitContact(device);
            }
            case Arrival.Joining _ -> hub.twins().awaitContact(device);
            case Arrival.Staying _ -> {}
        }
        return new Placement.Updated();
    }

    /** Only what it proves itself by changes; whether the device is disabled is the hub operator's decision. */
    private boolean hasRenewedAccess(IdentityDraft draft) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<DeviceIdentity> current = hub.identities().find(draft.deviceId());
            if (current.isEmpty()) {
                return false;
            }
            IdentityDraft renewed =
                    draft.withStatus(current.get().enabled(), current.get().statusReason());
            var seen = new IfMatch(Optional.of(current.get().etag()));
            if (hub.identities().update(renewed, seen) instanceof RegistryReply.Updated) {
                return true;
            }
        }
        return false;
    }

    private void report(DeviceId device, TwinState twin) {
        if (!twin.reported().isEmpty()) {
            hub.twins().report(device, twin.reported(), OptionalLong.empty());
        }
    }

    private static HeldDevice first(Arrival arrival) {
        return switch (arrival) {
            case Arrival.Joining(TwinState first) -> HeldDevice.of(first);
            case Arrival.Staying(TwinState first) -> HeldDevice.of(first);
            case Arrival.Moving(HeldDevice moved) -> moved;
        };
    }

    private static TwinState state(DeviceTwin twin) {
        return new TwinState(
                twin.tags(), twin.desired().properties(), twin.reported().properties());
    }

    private static String heir(Registered device) {
        return device.registration().path();
    }
}
