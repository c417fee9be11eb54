// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.prove;

import io.postern.ctl.EventStream;
import io.postern.ctl.TelemetryEvent;
import io.postern.ctl.TrustRoots;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.amqp.AmqpCrowd;
import io.postern.lab.bench.provisioning.HttpsWire;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import io.postern.wire.SasToken;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Leaves of one gateway that all send on one AMQP connection, each with a token of the token service; one of them is
 * revoked. It is cut, and the others go on as if nothing had been.
 */
public final class RevocationProof {
    private static final DeviceId GATEWAY = DeviceId.of("gateway");
    private static final int ROUNDS_BEFORE = 3;
    private static final int ROUNDS_AFTER = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(60); // until the leaf is cut, were it ever
    private static final Duration EVENT = Duration.ofSeconds(60); // for one event of those that are there

    /**
     * Times in seconds.
     *
     * @param order from asking the token service to its acknowledgement
     * @param cut from the acknowledgement until the leaf's link was detached; 0 when that came first
     * @param longest the longest of all rounds in which every leaf sent and was answered
     * @param messages accepted of all leaves
     * @param faults whatever is lost or wrong; empty when the proof holds
     */
    public record Result(
            int leaves, int rounds, double order, double cut, double longest, long messages, List<String> faults) {}

    private final LabCloud cloud;
    private final Consumer<String> progress;
    private final List<String> faults = new ArrayList<>();
    private final Map<String, Set<String>> accepted = new HashMap<>();
    private final Map<String, String> tokens = new HashMap<>();

    public RevocationProof(LabCloud cloud, Consumer<String> progress) {
        this.cloud = cloud;
        this.progress = progress;
    }

    /** @param leaves how many, of which the one in the middle is revoked */
    public Result run(int leaves) throws IOException, LabException, InterruptedException {
        List<DeviceId> all = new ArrayList<>();
        for (int i = 0; i < leaves; i++) {
            all.add(DeviceId.of("leaf-" + i));
        }
        DeviceId revoked = all.get(leaves / 2);
        enroll(all);
        try (AmqpCrowd crowd = new AmqpCrowd(
                TrustRoots.context(cloud.connection().caFile()),
                cloud.connection().hub().host(),
                new InetSocketAddress(cloud.address(), cloud.amqpPort()))) {
            crowd.onAccepted((leaf, text) ->
                    accepted.computeIfAbsent(leaf, _ -> new HashSet<>()).add(text));
            for (DeviceId leaf : all) {
                crowd.join(
                        leaf.text(),
                        Optional.ofNullable(tokens.get(leaf.text())).orElseThrow());
            }
            progress.accept(leaves + " leaves on one connection");
            Result result = revoke(crowd, all, revoked);
            checkRefused(crowd, revoked);
            return result;
        }
    }

    private void enroll(List<DeviceId> leaves) throws IOException, LabException {
        progress.accept("making " + leaves.size() + " leaves, and a token for each");
        JsonObject identity = cloud.operator().devices().create(GATEWAY, Optional.empty(), true);
        if (identity.isEmpty()) {
            throw new LabException("the hub does not tell of the identity it made");
        }
        SasToken own = cloud.operator().tokens().ofDevice(GATEWAY, Duration.ofHours(1));
        try (Rest service = tokenService()) {
            for (DeviceId leaf : leaves) {
                cloud.operator().devices().create(leaf, Optional.empty(), true);
                cloud.operator().leaves().assign(leaf, GATEWAY);
                HttpsWire.Answer answer = token(service, leaf, own);
                if (answer.status() != 200) {
                    throw new LabException("no token for " + leaf + " but " + answer.status() + " " + answer.body());
                }
                tokens.put(leaf.text(), answer.json().getString("token"));
            }
        }
    }

    private Rest tokenService() throws IOException {
        return Rest.open(cloud, cloud.connection().tokenHost().orElseThrow());
    }

    private static HttpsWire.Answer token(Rest service, DeviceId leaf, SasToken gateway) throws IOException {
        return service.ask("POST", "/leaves/" + leaf + "/token", gateway.text(), "{}");
    }

    private Result revoke(AmqpCrowd crowd, List<DeviceId> all, DeviceId revoked)
            throws IOException, LabException, InterruptedException {
        long[] longest = {0};
        int rounds = 0;
        for (; rounds < ROUNDS_BEFORE; rounds++) {
            round(crowd, rounds, longest);
        }
        long asked = System.nanoTime();
        CompletableFuture<Long> order = CompletableFuture.supplyAsync(() -> {
            try {
                cloud.operator().leaves().revoke(revoked, "stolen");
                return System.nanoTime();
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
        while (crowd.detached().isEmpty() && System.nanoTime() - asked < PATIENCE.toNanos()) {
            round(crowd, rounds++, longest);
        }
        long cut = System.nanoTime();
        long acknowledged = order.join();
        for (int end = rounds + ROUNDS_AFTER; rounds < end; rounds++) {
            round(crowd, rounds, longest);
        }
        if (!crowd.detached().keySet().equals(Set.of(revoked.text()))) {
            faults.add("detached were " + crowd.detached() + ", not " + revoked + " alone");
        }
        compare(all, revoked, rounds);
        return new Result(
                all.size(),
                rounds,
                (acknowledged - asked) / 1e9,
                Math.max(0, cut - acknowledged) / 1e9,
                longest[0] / 1e9,
                accepted.values().stream().mapToLong(Set::size).sum(),
                faults);
    }

    private static void round(AmqpCrowd crowd, int number, long[] longest) throws IOException {
        long begin = System.nanoTime();
        crowd.sendRound(leaf -> leaf + " " + number);
        crowd.awaitAnswers();
        longest[0] = Math.max(longest[0], System.nanoTime() - begin);
    }

    /** Everything of every other leaf was accepted and is in the stream, once; of the revoked one what was accepted. */
    private void compare(List<DeviceId> all, DeviceId revoked, int rounds)
            throws IOException, LabException, InterruptedException {
        long expected = 0;
        for (DeviceId leaf : all) {
            int count = accepted.getOrDefault(leaf.text(), Set.of()).size();
            expected += count;
            if (!leaf.equals(revoked) && count != rounds) {
                faults.add(leaf + " sent " + rounds + " messages, " + count + " were accepted");
            }
        }
        Map<String, Integer> stored = new HashMap<>();
        try (EventStream events = cloud.operator().events(0, notice -> {})) {
            for (long i = 0; i < expected; i++) {
                TelemetryEvent event = events.next(EVENT).orElseThrow(() -> new LabException("the stream ends early"));
                String text = Bytes.base64(Json.requireText(event.json(), "bodyBase64"))
                        .toUtf8();
                if (!text.startsWith(event.deviceId() + " ")) {
                    faults.add(event.deviceId() + " is said to have sent " + text);
                }
                stored.merge(text, 1, Integer::sum);
            }
        }
        accepted.forEach((leaf, texts) -> texts.forEach(text -> {
            if (stored.getOrDefault(text, 0) != 1) {
                faults.add("message " + text + " is there " + stored.getOrDefault(text, 0) + " times");
            }
        }));
    }

    /** The old token opens nothing any more, and there is no new one. */
    private void checkRefused(AmqpCrowd crowd, DeviceId revoked) throws IOException, LabException {
        String name = cloud.connection().hub().host() + "/devices/" + revoked;
        int put =
                crowd.put(name, Optional.ofNullable(tokens.get(revoked.text())).orElseThrow());
        if (put != 401) {
            faults.add("the revoked token was answered with " + put);
        }
        try (Rest service = tokenService()) {
            HttpsWire.Answer fresh =
                    token(service, revoked, cloud.operator().tokens().ofDevice(GATEWAY, Duration.ofHours(1)));
            if (fresh.status() != 403) {
                faults.add("asked for a new token the service says " + fresh.status());
            }
        }
    }
}
