// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

import io.postern.cloud.hub.DeviceAuthentication;
import io.postern.cloud.hub.elsewhere.HubAccess;
import io.postern.cloud.hub.elsewhere.HubCalls;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * A linked hub outside of this process, over its service endpoint: another cloud of ours or a hosted hub. Two calls make
 * a device, so one that broke off between them is finished by the next {@link #place}.
 *
 * <p>What a device has reported stays behind when it moves here or away: a service endpoint does not take it.
 */
final class RestHub implements LinkedHub {
    private static final String REGISTRATION = "postern-registration"; // our hubs keep a name for it; others ignore it

    private static final HubCalls.Wording WORDING = new HubCalls.Wording(
            "the linked hub",
            "link it again with the connection string of a policy that has RegistryRead, RegistryWrite and"
                    + " ServiceConnect",
            "register again later");

    private final HubName name;
    private final HubCalls calls;

    RestHub(HubAccess access, InstantSource clock) {
        this.name = HubName.of(access.policy().host());
        this.calls = new HubCalls(access, WORDING, clock);
    }

    @Override
    public HubName name() {
        return name;
    }

    /** Asks for a device that is not there, and for its removal: what the policy lacks shows at once. */
    void probe() throws IOException {
        DeviceId nobody = DeviceId.of("postern-link-probe");
        calls.get("/devices/", nobody);
        calls.get("/twins/", nobody);
        calls.delete("/devices/", nobody, Map.of());
    }

    @Override
    public Placement place(Registered device, DeviceAuthentication access, Arrival arrival) throws IOException {
        DeviceId id = device.device();
        JsonObject identity = HubRestJson.identity(id, access, held(arrival));
        Map<String, String> whose = Map.of(REGISTRATION, device.registration().path());
        return switch (calls.put("/devices/", id, identity, whose)) {
            case HubCalls.Done _ -> {
                replaceTwin(id, held(arrival).twin());
                yield new Placement.Created();
            }
            case HubCalls.Refused refused when refused.saysAlreadyExists() -> renewed(id, access, arrival);
            case HubCalls.Refused refused -> new Placement.Refused("hub " + name + " refuses: " + refused.text());
        };
    }

    @Override
    public Optional<HeldDevice> find(DeviceId device) throws IOException {
        return calls.get("/twins/", device).map(HubRestJson::held);
    }

    @Override
    public void remove(Registered device) throws IOException {
        calls.delete(
                "/devices/",
                device.device(),
                Map.of(REGISTRATION, device.registration().path()));
    }

    @Override
    public Configuration configuration(DeviceId device, Instant assigned) throws IOException {
        return calls.get("/twins/", device)
                .map(twin -> HubRestJson.configuration(twin, assigned))
                .orElseGet(Configuration.Pending::new);
    }

    /** The device is there already. */
    private Placement renewed(DeviceId id, DeviceAuthentication access, Arrival arrival) throws IOException {
        Optional<JsonObject> current = calls.get("/devices/", id);
        if (current.isEmpty()) {
            return new Placement.Refused(
                    "device " + id + " in hub " + name + " was removed by others meanwhile; register again");
        }
        HeldDevice status =
                switch (arrival) {
                    case Arrival.Moving(HeldDevice moved) -> moved;
                    case Arrival.Joining _, Arrival.Staying _ -> HubRestJson.status(current.get());
                };
        Map<String, String> seen =
                Map.of("If-Match", "\"" + Json.text(current.get(), "etag").orElse("*") + "\"");
        if (calls.put("/devices/", id, HubRestJson.identity(id, access, status), seen)
                instanceof HubCalls.Refused refused) {
            return new Placement.Refused("hub " + name + " refuses: " + refused.text());
        }
        switch (arrival) {
            case Arrival.Moving(HeldDevice moved) -> replaceTwin(id, moved.twin());
            case Arrival.Joining(TwinState first) -> {
                if (calls.get("/twins/", id).filter(HubRestJson::isUntouched).isPresent()) {
                    replaceTwin(id, first);
                }
            }
            case Arrival.Staying _ -> {}
        }
        return new Placement.Updated();
    }

    private void replaceTwin(DeviceId id, TwinState twin) throws IOException {
        if (calls.put("/twins/", id, HubRestJson.twin(twin), Map.of("If-Match", "\"*\""))
                instanceof HubCalls.Refused refused) {
            throw new IOException("hub " + name + " refuses the twin of " + id + ": " + refused.text());
        }
    }

    private static HeldDevice held(Arrival arrival) {
        return switch (arrival) {
            case Arrival.Joining(TwinState first) -> HeldDevice.of(first);
            case Arrival.Staying(TwinState first) -> HeldDevice.of(first);
            case Arrival.Moving(HeldDevice moved) -> moved;
        };
    }
}
