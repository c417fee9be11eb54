// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove.networks;

import io.postern.gateway.load.LoadLedger;
import io.postern.lab.LabException;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** One gateway in one ordeal, from its first moment until all it had accepted is in the hub: what was seen of it. */
final class Log {
    private static final double MEGA = 1e6;

    private final Traveller traveller;
    private final Ordeal ordeal;
    private final long attemptsBefore;
    private final long lateBefore;
    private final long repeatedBefore;
    private final long begun = System.nanoTime();
    private final Set<String> states = new LinkedHashSet<>();
    private double resident;
    private double queued;
    private boolean bounded = true;
    private boolean foundOut;
    private boolean named = true;
    private long ownBefore = -1; // attempts to open a session, as the gateway counts them; unknown
    private long own;
    private long attempts;
    private long waiting;
    private long healed;
    private Optional<Duration> back = Optional.empty();
    private Optional<Duration> drained = Optional.empty();

    /** The ordeal begins. */
    Log(Traveller traveller, Ordeal ordeal) throws IOException, LabException, InterruptedException {
        this.traveller = traveller;
        this.ordeal = ordeal;
        attemptsBefore = traveller.network().attempts();
        lateBefore = traveller.seen().late();
        repeatedBefore = traveller.seen().repeated();
        traveller.meet(ordeal.trouble());
    }

    Traveller traveller() {
        return traveller;
    }

    /** A look at the gateway, by way of its control socket, which no network is on. */
    void look() throws IOException {
        resident = Math.max(resident, traveller.gateway().process().residentBytes() / MEGA);
        JsonObject outbox = traveller.gateway().command("outbox.show", JsonObject.EMPTY_JSON_OBJECT);
        long bytes = outbox.getJsonNumber("bytes").longValueExact();
        queued = Math.max(queued, bytes / MEGA);
        bounded &= bytes <= outbox.getJsonNumber("capacity").longValueExact();
        JsonObject uplink = traveller.gateway().command("uplink", JsonObject.EMPTY_JSON_OBJECT);
        JsonObject connecting = traveller
                .gateway()
                .command("leaf.tokens", JsonObject.EMPTY_JSON_OBJECT)
                .getJsonObject("connecting");
        if (healed == 0) {
            own = connecting.getInt("attempts");
            ownBefore = ownBefore < 0 ? own : ownBefore;
        }
        String state = state(uplink, connecting);
        named &= !state.isBlank();
        foundOut |= healed == 0 && connecting.getInt("live") == 0 && connecting.getBoolean("away");
        states.add(state);
    }

    private static String state(JsonObject uplink, JsonObject connecting) {
        if (connecting.getBoolean("away")) {
            return "the hub is away";
        }
        return connecting.getInt("live") > 0
                ? "connected over " + Json.text(uplink, "transport").orElse("nothing known")
                : uplink.getString("reason", "");
    }

    /** The ordeal is over. */
    void heal() throws IOException, LabException, InterruptedException {
        // where packets are dropped, none comes to the proxy
        attempts = Math.max(traveller.network().attempts() - attemptsBefore, own - Math.max(0, ownBefore));
        traveller.heal();
        healed = System.nanoTime();
        traveller.seen().watchNewReadings();
        waiting = traveller.gateway().account().accepted();
    }

    /** Events were read; true when all that waited has come, and something new. */
    boolean isBack() {
        Duration since = Duration.ofNanos(System.nanoTime() - healed);
        if (back.isEmpty() && traveller.seen().latencies().micros(1) > 0) {
            back = Optional.of(since);
        }
        if (drained.isEmpty() && traveller.seen().count() >= waiting) {
            drained = Optional.of(since);
        }
        return back.isPresent() && drained.isPresent();
    }

    long missing() throws IOException {
        return traveller.seen().missing(traveller.gateway().account());
    }

    Journey.Result result() throws IOException {
        LoadLedger.Account account = traveller.gateway().account();
        return new Journey.Result(
                traveller.name(),
                ordeal,
                resident,
                queued,
                bounded,
                attempts,
                Duration.ofNanos(healed - begun),
                back,
                drained,
                foundOut,
                named,
                states,
                account.accepted(),
                traveller.seen().missing(account),
                traveller.seen().late() - lateBefore,
                traveller.seen().repeated() - repeatedBefore);
    }
}
