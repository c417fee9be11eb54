// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.RevocationBarriers.Order;
import io.postern.cloud.hub.elsewhere.HubCalls;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.hub.x509.Thumbprint;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.Secret;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices of a hub elsewhere, ours or a hosted one, over its service endpoint. Such a hub knows no barrier: a leaf is
 * revoked by disabling its identity, and a hand-over leaves the former gateway's last token good until it ends.
 *
 * <p>What the hub said is believed for {@value #FRESH_SECONDS} s, also that it knows no such device. Bounds:
 * {@value #MOST_KNOWN} answers are kept, {@value #MOST_CALLS} calls are under way at once; who asks for names at random
 * waits, and is refused when that takes too long.
 */
final class RestDirectory implements DeviceDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(RestDirectory.class);
    private static final long FRESH_SECONDS = 10; // how long a gateway disabled there still gets tokens
    private static final int MOST_KNOWN = 10_000; // some 20 MB; ten gateways with a thousand leaves each
    private static final int MOST_CALLS = 16; // a hosted hub of the smallest kind takes some 2 a second, in bursts more
    private static final Duration TURN = Duration.ofSeconds(5);
    private static final String DEVICES = "/devices/";
    private static final String MARK = "revoked: "; // whatever else is disabled is not ours to enable
    private static final int LONGEST_REASON = 128; // spec: wire-level registry rule of the hub, statusReason

    private record Known(Optional<JsonObject> identity, long at) {}

    private final HubCalls calls;
    private final LongSupplier nanoTime;
    private final Semaphore turns = new Semaphore(MOST_CALLS, true);
    private final Map<DeviceId, Known> known = new LinkedHashMap<>(16, 0.75f, true) { // guarded by itself
                @Override
                protected boolean removeEldestEntry(Map.Entry<DeviceId, Known> eldest) {
                    return size() > MOST_KNOWN;
                }
            };

    RestDirectory(HubCalls calls, LongSupplier nanoTime) {
        this.calls = calls;
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<Entry> find(DeviceId device) throws IOException {
        return identity(device).map(json -> entry(device, json));
    }

    /** By thumbprint alone: who may issue certificates is written nowhere that this service can read. */
    @Override
    public Optional<String> flaw(DeviceId device, CertificateChain shown) throws IOException {
        Optional<JsonObject> found = identity(device);
        if (found.isEmpty()) {
            return Optional.of("the hub knows no device " + device);
        }
        Optional<JsonObject> authentication = Json.object(found.get(), "authentication");
        String type = authentication.flatMap(json -> Json.text(json, "type")).orElse("sas");
        if (!type.equalsIgnoreCase("selfSigned")) {
            return Optional.of("device " + device + " is of type " + type
                    + ": a certificate can be checked by its thumbprint only where the hub is elsewhere");
        }
        boolean registered = authentication.flatMap(json -> Json.object(json, "x509Thumbprint")).stream()
                .flatMap(json -> Stream.of("primaryThumbprint", "secondaryThumbprint")
                        .flatMap(name -> Json.text(json, name).stream()))
                .filter(text -> !text.isBlank())
                .anyMatch(text -> Thumbprint.parse(text).isOf(shown.leaf()));
        return registered
                ? Optional.empty()
                : Optional.of("the certificate " + CertificateChain.subject(shown.leaf())
                        + " is neither of those of device " + device);
    }

    /** Such a hub tells nobody. */
    @Override
    public Optional<Instant> quarantinedUntil(DeviceId device) {
        return Optional.empty();
    }

    @Override
    public Optional<String> create(DeviceId leaf, DeviceId gateway) throws IOException {
        JsonObject identity = Json.object()
                .add("deviceId", leaf.text())
                .add("status", "enabled")
                .build();
        HubCalls.Change change = inTurn(() -> calls.put(DEVICES, leaf, identity, Map.of()));
        forget(leaf);
        if (change instanceof HubCalls.Refused refused && !refused.saysAlreadyExists()) {
            return Optional.of(refused.text());
        }
        if (change instanceof HubCalls.Done) {
            tag(leaf, gateway);
        }
        return Optional.empty();
    }

    /** Needs ServiceConnect, which not every policy given to a token service has. */
    private void tag(DeviceId leaf, DeviceId gateway) throws IOException {
        JsonObject twin = Json.object()
                .add("tags", Json.object().add("gateway", gateway.text()))
                .build();
        try {
            inTurn(() -> calls.put("/twins/", leaf, twin, Map.of("If-Match", "\"*\"")));
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("leaf", leaf).setCause(e).log("the new leaf has no tag with its gateway's name");
        }
    }

    @Override
    public void carryOut(List<Order> orders, Consumer<Order> done) throws IOException {
        for (Order order : orders) {
            switch (order) {
                case Order.Raise _ -> {} // nothing there could be told
                case Order.Close(var leaf, var _, String reason, String who) ->
                    change(leaf, identity -> !isDisabled(identity), "disabled", MARK + reason + " (" + who + ")");
                case Order.Open(var leaf, var _) -> change(leaf, RestDirectory::isRevoked, "enabled", "");
            }
            done.accept(order);
        }
    }

    @Override
    public String effect() {
        return "the identity is disabled in the hub, which cuts its session; when it is enabled again by a grant, a token"
                + " issued before counts again until it ends";
    }

    /** Which identities an order is about. */
    private interface Which {
        boolean test(JsonObject identity);
    }

    /** Everything but the status is sent back as it was read. */
    private void change(DeviceId leaf, Which which, String status, String reason) throws IOException {
        Optional<JsonObject> read = inTurn(() -> calls.get(DEVICES, leaf));
        forget(leaf);
        if (read.isEmpty() || !which.test(read.get())) {
            return; // gone, or as it is to be
        }
        JsonObject changed = Json.object(read.get())
                .add("status", status)
                .add("statusReason", reason.substring(0, Math.min(reason.length(), LONGEST_REASON)))
                .build();
        String seen = "\"" + Json.text(read.get(), "etag").orElse("*") + "\"";
        HubCalls.Change change = inTurn(() -> calls.put(DEVICES, leaf, changed, Map.of("If-Match", seen)));
        forget(leaf);
        if (change instanceof HubCalls.Refused refused) {
            throw new IOException("the hub did not take that " + leaf + " is " + status + ": " + refused.text());
        }
    }

    private static Entry entry(DeviceId device, JsonObject json) {
        List<Secret> keys = Json.object(json, "authentication")
                .flatMap(authentication -> Json.object(authentication, "symmetricKey"))
                .stream()
                .flatMap(
                        pair -> Stream.of("primaryKey", "secondaryKey").flatMap(name -> Json.text(pair, name).stream()))
                .filter(key -> !key.isBlank())
                .map(Secret::base64)
                .toList();
        return new Entry(
                device,
                keys,
                !isDisabled(json),
                Json.requireText(json, "generationId"),
                Instant.EPOCH,
                isRevoked(json));
    }

    private static boolean isDisabled(JsonObject identity) {
        return Json.text(identity, "status").orElse("enabled").equalsIgnoreCase("disabled");
    }

    private static boolean isRevoked(JsonObject identity) {
        return isDisabled(identity)
                && Json.text(identity, "statusReason").orElse("").startsWith(MARK);
    }

    private Optional<JsonObject> identity(DeviceId device) throws IOException {
        long now = nanoTime.getAsLong();
        synchronized (known) {
            Known last = known.get(device);
            if (last != null && now - last.at() < TimeUnit.SECONDS.toNanos(FRESH_SECONDS)) {
                return last.identity();
            }
        }
        Optional<JsonObject> read = inTurn(() -> calls.get(DEVICES, device));
        synchronized (known) {
            known.put(device, new Known(read, now));
        }
        return read;
    }

    private void forget(DeviceId device) {
        synchronized (known) {
            known.remove(device);
        }
    }

    private interface Call<T> {
        T made() throws IOException;
    }

    private <T> T inTurn(Call<T> call) throws IOException {
        try {
            if (!turns.tryAcquire(TURN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(
                        "the hub is slow, and " + MOST_CALLS + " calls to it are under way; ask again later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the token service is stopping");
        }
        try {
            return call.made();
        } finally {
            turns.release();
        }
    }
}
