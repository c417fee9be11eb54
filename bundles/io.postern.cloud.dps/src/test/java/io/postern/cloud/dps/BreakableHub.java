// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.wire.ConnectionString;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** A real hub whose line breaks where a test says, before the call or after it was carried out. */
final class BreakableHub implements LocalHub {
    /** Where the line breaks. */
    enum Break {
        NOWHERE,
        BEFORE_FIND,
        BEFORE_PLACE,
        AFTER_PLACE,
        BEFORE_REMOVE,
        AFTER_REMOVE
    }

    private final InProcessHub hub;
    private Break at = Break.NOWHERE;
    private Runnable meanwhile = () -> {};

    BreakableHub(InProcessHub hub) {
        this.hub = hub;
    }

    void breakAt(Break where) {
        at = where;
    }

    /** What happens when a device has been placed, before the caller learns of it. */
    void meanwhile(Runnable work) {
        meanwhile = work;
    }

    @Override
    public HubName name() {
        return hub.name();
    }

    @Override
    public boolean admits(ConnectionString access) {
        return hub.admits(access);
    }

    @Override
    public Placement place(Registered device, DeviceAuthentication access, Arrival arrival) throws IOException {
        check(Break.BEFORE_PLACE);
        Placement placement = hub.place(device, access, arrival);
        meanwhile.run();
        check(Break.AFTER_PLACE);
        return placement;
    }

    @Override
    public Optional<HeldDevice> find(DeviceId device) throws IOException {
        check(Break.BEFORE_FIND);
        return hub.find(device);
    }

    @Override
    public void remove(Registered device) throws IOException {
        check(Break.BEFORE_REMOVE);
        hub.remove(device);
        check(Break.AFTER_REMOVE);
    }

    @Override
    public Configuration configuration(DeviceId device, Instant assigned) {
        return hub.configuration(device, assigned);
    }

    private void check(Break here) throws IOException {
        if (at == here) {
            throw new IOException("the line to " + name() + " is broken");
        }
    }
}
