// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.identity;

import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.SecurityModule.BoxCount;
import io.postern.gateway.spi.StateStore;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.Json;
import io.postern.wire.box.BoxStatement;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in which box this gateway runs, so that its disk in a second box is noticed (SEC-02), and remembers what the token
 * service thinks of it. By the TPM where there is one, else by what stands on the disk. Used by all leaves' threads.
 *
 * <p>A statement is made at the start and twice a day: a TPM signs slowly, and its memory wears.
 */
public final class BoxWitness {
    private static final Logger LOG = LoggerFactory.getLogger(BoxWitness.class);
    private static final Duration LIFE = Duration.ofHours(12); // 730 counts a year; TPMs are made for 100,000 and more
    private static final String FACT = "box";
    private static final int RUN_OCTETS = 16;

    private final Optional<SecurityModule> module;
    private final StateStore state;
    private final LongSupplier nanoTime;
    private final String run;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Made made; // guarded by lock
    private boolean counted; // guarded by lock: whether this start stands in the count on the disk
    private volatile Optional<String> copied = Optional.empty();
    private volatile long copies;

    private record Made(HubName hub, DeviceId gateway, BoxStatement statement, long at) {}

    /** @param nanoTime the monotonic clock, {@code System::nanoTime} outside of tests */
    public BoxWitness(
            Optional<SecurityModule> module, StateStore state, RandomGenerator random, LongSupplier nanoTime) {
        this.module = module;
        this.state = state;
        this.nanoTime = nanoTime;
        byte[] octets = new byte[RUN_OCTETS];
        random.nextBytes(octets);
        this.run = Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    /**
     * What to say as {@code gateway} to the token service of {@code hub}.
     *
     * @throws IOException when the TPM or the store does not count: to say nothing would look like a copy
     */
    public BoxStatement statement(HubName hub, DeviceId gateway) throws IOException {
        lock.lock();
        try {
            Made last = made;
            if (last == null
                    || !last.hub.equals(hub)
                    || !last.gateway.equals(gateway)
                    || nanoTime.getAsLong() - last.at >= LIFE.toNanos()) {
                last = new Made(hub, gateway, make(hub, gateway), nanoTime.getAsLong());
                made = last;
            }
            return last.statement;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The token service served this box.
     *
     * @param seen how often it has met another one under this identity
     */
    public void served(long seen) {
        copied = Optional.empty();
        if (seen > copies) {
            LOG.atWarn()
                    .addKeyValue("copies", seen)
                    .log("another box speaks under the identity of this gateway: its disk was copied."
                            + " See: postern ctl boxes list --copied");
        }
        copies = seen;
    }

    /** The token service takes this box for a copy. */
    public void refused(String why) {
        if (copied.isEmpty()) {
            LOG.atError().addKeyValue("reason", why).log("this box is taken for a copy of a gateway; it keeps quiet");
        }
        copied = Optional.of(why);
    }

    /** Why this box is taken for a copy; empty while it is not. */
    public Optional<String> copied() {
        return copied;
    }

    /** How often the token service has met another box under this gateway's identity. */
    public long copies() {
        return copies;
    }

    private BoxStatement make(HubName hub, DeviceId gateway) throws IOException {
        if (module.isPresent()) {
            Optional<BoxCount> count = module.get().countOn();
            if (count.isPresent()) {
                return sealed(module.get(), hub, gateway, count.get());
            }
        }
        JsonObject before = state.read(FACT).orElseGet(() -> Json.object().build());
        long counter = number(before, "counter") + 1;
        long boots = number(before, "boots") + (counted ? 0 : 1);
        state.write(
                FACT, Json.object().add("counter", counter).add("boots", boots).build());
        counted = true;
        return new BoxStatement(counter, boots, run, Optional.empty());
    }

    private BoxStatement sealed(SecurityModule chip, HubName hub, DeviceId gateway, BoxCount count) throws IOException {
        KeyPair key = chip.certificateKey();
        try {
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(key.getPrivate());
            signer.update(BoxStatement.toSign(hub, gateway, count.counter(), count.resets(), run)
                    .toArray());
            var seal = new BoxStatement.Seal(Bytes.of(key.getPublic().getEncoded()), Bytes.of(signer.sign()));
            return new BoxStatement(count.counter(), count.resets(), run, Optional.of(seal));
        } catch (GeneralSecurityException e) {
            throw new IOException("the TPM does not sign which box this is: " + e.getMessage(), e);
        }
    }

    private static long number(JsonObject fact, String name) {
        return fact.containsKey(name) ? fact.getJsonNumber(name).longValue() : 0;
    }
}
