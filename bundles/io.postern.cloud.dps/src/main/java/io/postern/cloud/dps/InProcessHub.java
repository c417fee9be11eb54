// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.DeviceIdentity;
import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.IdentityDraft;
import io.postern.cloud.hub.IfMatch;
import io.postern.cloud.hub.RegistryReply;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.util.Optional;

/** The linked hub that runs in the same process: its registry is called, no connection string is needed. */
public final class InProcessHub implements LinkedHub {
    private static final int ATTEMPTS = 3; // an operator and a device rarely change one identity at the same moment

    private final Hub hub;

    public InProcessHub(Hub hub) {
        this.hub = hub;
    }

    @Override
    public HubName name() {
        return hub.name();
    }

    @Override
    public Placement place(DeviceId device, DeviceAuthentication access, InitialTwin twin) {
        IdentityDraft draft = IdentityDraft.of(device).with(access).withTwin(twin.tags(), twin.desired());
        try {
            return switch (hub.identities().create(draft)) {
                case RegistryReply.Created _ -> new Placement.Created();
                case RegistryReply.AlreadyExists _ -> renewAccess(draft);
                case RegistryReply.Quarantined barred ->
                    new Placement.Refused("the device id " + device + " was deleted and stays barred until "
                            + barred.until() + " (" + barred.daysLeft() + " days)");
            };
        } catch (IllegalArgumentException e) {
            return new Placement.Refused("hub " + hub.name() + " refuses the initial twin: " + e.getMessage());
        }
    }

    /** Only what it proves itself by changes; whether the device is disabled is the hub operator's decision. */
    private Placement renewAccess(IdentityDraft draft) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<DeviceIdentity> current = hub.identities().find(draft.deviceId());
            if (current.isEmpty()) {
                break;
            }
            IdentityDraft renewed = new IdentityDraft(
                    draft.deviceId(),
                    current.get().enabled(),
                    current.get().statusReason(),
                    draft.credentials(),
                    draft.tags(),
                    draft.desired());
            var seen = new IfMatch(Optional.of(current.get().etag()));
            if (hub.identities().update(renewed, seen) instanceof RegistryReply.Updated) {
                return new Placement.Updated();
            }
        }
        return new Placement.Refused("device " + draft.deviceId() + " in hub " + hub.name()
                + " was changed by others all the while; register again");
    }
}
