// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.tokens;

import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.tokens.DeviceDirectory.Entry;
import io.postern.cloud.tokens.TokenDecision.Refused;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Finds out which gateway is asking, by what it would be let into the hub with. */
final class GatewayExaminer {
    private static final int KEY_LENGTH = 32;
    private static final byte[] PURPOSE = "postern box of this key".getBytes(StandardCharsets.US_ASCII);

    /** Who is asking. */
    sealed interface Finding {}

    /** @param mark tells the credential it has proven itself with from another one; no key can be learned from it */
    record Proven(Entry gateway, Bytes mark) implements Finding {}

    record NotProven(Refused refusal) implements Finding {}

    private final HubName hub;
    private final DeviceDirectory devices;
    private final InstantSource clock;
    private final List<Secret> nobodysKeys;

    GatewayExaminer(HubName hub, DeviceDirectory devices, InstantSource clock, RandomGenerator random) {
        this.hub = hub;
        this.devices = devices;
        this.clock = clock;
        this.nobodysKeys = List.of(Secret.random(KEY_LENGTH, random), Secret.random(KEY_LENGTH, random));
    }

    Finding examine(SasToken token) throws IOException {
        Optional<DeviceId> named = claimed(token);
        Optional<Entry> claimed = named.isPresent() ? devices.find(named.get()) : Optional.empty();
        // computed for devices that do not exist or have no keys too, so that the time tells nobody which ones do
        List<Secret> keys =
                claimed.map(Entry::keys).filter(own -> !own.isEmpty()).orElse(nobodysKeys);
        boolean signed = false;
        for (Secret key : keys) {
            signed |= token.isSignedBy(key);
        }
        if (token.keyName().isPresent()) {
            return notProven(token + " is a policy's, whose key may speak for any device and so proves none");
        }
        if (claimed.isEmpty()) {
            return notProven(token + " is not for one device that hub " + hub + " knows");
        }
        if (!signed || claimed.get().keys().isEmpty()) {
            return notProven("no key of device " + claimed.get().deviceId() + " signed " + token);
        }
        Instant now = clock.instant();
        return token.isExpired(now)
                ? new NotProven(new Refused(
                        Refusal.EXPIRED_TOKEN, token + " has expired; it is " + now + " here: compare the clocks"))
                : new Proven(claimed.get(), keys.getFirst().hmacSha256(PURPOSE));
    }

    /** The device's own key that signed {@code token}, whatever its expiry: a gateway whose clock is wrong asks for the time. */
    Optional<Secret> keyOf(SasToken token) throws IOException {
        Optional<DeviceId> named = token.keyName().isPresent() ? Optional.empty() : claimed(token);
        Optional<Entry> claimed = named.isPresent() ? devices.find(named.get()) : Optional.empty();
        return claimed.filter(Entry::enabled)
                .flatMap(device ->
                        device.keys().stream().filter(token::isSignedBy).findFirst());
    }

    /** @param gateway whom the client says it is: a certificate need not name a device */
    Finding examine(CertificateChain shown, DeviceId gateway) throws IOException {
        Optional<Entry> claimed = devices.find(gateway);
        if (claimed.isEmpty()) {
            return notProven("hub " + hub + " knows no device " + gateway);
        }
        return devices.flaw(gateway, shown)
                .<Finding>map(GatewayExaminer::notProven)
                .orElseGet(() -> new Proven(claimed.get(), mark(shown)));
    }

    /** Of its key: a certificate that was only issued anew is no other. */
    private static Bytes mark(CertificateChain shown) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-256")
                    .digest(shown.leaf().getPublicKey().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Finding notProven(String text) {
        return new NotProven(new Refused(Refusal.NOT_PROVEN, text));
    }

    /** The device a token speaks for; only {@code {hub}/devices/{device}} names one. */
    private Optional<DeviceId> claimed(SasToken token) {
        String path = token.resource().path();
        String device = path.substring(path.lastIndexOf('/') + 1);
        try {
            DeviceId id = DeviceId.of(device);
            ResourceUri own = ResourceUri.device(hub, id);
            return token.resource().covers(own) && own.covers(token.resource()) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
