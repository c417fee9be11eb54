// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.trust;

import io.postern.gateway.https.HttpsExchange;
import io.postern.gateway.provisioning.Backoff;
import io.postern.gateway.spi.Exchanges;
import io.postern.gateway.spi.StateStore;
import io.postern.gateway.spi.UnreachableException;
import io.postern.gateway.trust.TrustedRoots.Installation;
import io.postern.wire.trust.TrustBundle;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for newer root certificates: once a day, and soon after a server was not trusted. They are fetched from the
 * provisioning service over a connection that anyone may answer, for the roots the gateway has may be the ones that
 * have expired; what counts is the bundle's signature. Without an uplink, a technician puts the bundle beside the file
 * of roots, with {@code .bundle} added to its name.
 */
public final class TrustUpdater implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrustUpdater.class);
    private static final Duration EVERY_DAY = Duration.ofHours(24);
    private static final Duration LOOK_AT_FILE = Duration.ofSeconds(15); // a technician waits for it
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final TrustedRoots roots;
    private final RootsTrial trial;
    private final URI cloud;
    private final HttpsExchange anyone;
    private final Backoff backoff;
    private final LongSupplier nanoTime;
    private final Semaphore refusal = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("trust-updater").unstarted(this::run);
    // of the thread; times on the monotonic clock
    private boolean wanted; // a server was not trusted since the last look
    private long nextSoon; // the earliest look because of that
    private long nextDaily;
    private int vain; // looks because of that in a row which brought no newer roots

    /**
     * @param cloud where the bundle is to be had
     * @param anyone an exchange that trusts any server
     */
    private TrustUpdater(
            TrustedRoots roots,
            RootsTrial trial,
            URI cloud,
            HttpsExchange anyone,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.roots = roots;
        this.trial = trial;
        this.cloud = cloud;
        this.anyone = anyone;
        this.backoff = new Backoff(Duration.ofSeconds(20), Duration.ofMinutes(15), random);
        this.nanoTime = nanoTime;
        // a fleet that was switched on together does not ask together
        this.nextSoon = nanoTime.getAsLong();
        this.nextDaily = nextSoon + random.nextLong(EVERY_DAY.toNanos() / 24, EVERY_DAY.toNanos());
    }

    /**
     * An updater of {@code caFile}, not started.
     *
     * @param trusting an exchange that trusts the roots of {@code caFile}
     * @param store where new roots on trial, and those before, are remembered
     * @param exchanges by which new roots prove themselves
     * @throws IOException when the signer's certificate or what is remembered cannot be read
     */
    public static TrustUpdater of(
            Path caFile,
            Path signerFile,
            URI cloud,
            HttpsExchange anyone,
            HttpsExchange trusting,
            StateStore store,
            Exchanges exchanges,
            LongSupplier nanoTime,
            RandomGenerator random)
            throws IOException {
        var roots = new TrustedRoots(caFile, TrustedRoots.signer(signerFile));
        var trial = new RootsTrial(roots, store, exchanges, () -> isRecognized(trusting, cloud), nanoTime);
        return new TrustUpdater(roots, trial, cloud, anyone, nanoTime, random);
    }

    /** Any answer shows who gave it. */
    private static boolean isRecognized(HttpsExchange trusting, URI cloud) {
        try {
            trusting.send("GET", cloud, Optional.empty(), Optional.empty());
            return true;
        } catch (UnreachableException e) {
            LOG.atDebug().log("the provisioning service is not recognized by the new roots: " + e.getMessage());
            return false;
        }
    }

    /** What the gateway tells of its roots: {@code {"version","trial","refused"}}, the last the highest that failed. */
    public JsonObject report() {
        return trial.report();
    }

    public void start() {
        thread.start();
    }

    /** A server was not trusted: there may be newer roots. */
    public void notTrusted() {
        refusal.release();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(GOODBYE)) {
                LOG.atWarn().log("the look for newer root certificates does not end in time; not waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                boolean refused = refusal.tryAcquire(LOOK_AT_FILE.toMillis(), TimeUnit.MILLISECONDS);
                refusal.drainPermits();
                look(refused);
            }
        } catch (InterruptedException e) {
            // closing
        }
    }

    /** @param refused whether a server was not trusted since the last look */
    void look(boolean refused) {
        trial.look(refused);
        lookBesideTheFile();
        wanted |= refused;
        long now = nanoTime.getAsLong();
        boolean soon = wanted && now - nextSoon >= 0;
        if (!soon && now - nextDaily < 0) {
            return;
        }
        wanted = false;
        vain = lookAtTheCloud() || !soon ? 0 : vain + 1;
        nextSoon = now + (vain == 0 ? backoff.first() : backoff.delay(vain)).toNanos();
        nextDaily = now + EVERY_DAY.toNanos();
    }

    private void lookBesideTheFile() {
        Path bundle = roots.caFile().resolveSibling(roots.caFile().getFileName() + ".bundle");
        if (!Files.exists(bundle)) {
            return;
        }
        try {
            String text = Files.size(bundle) > TrustBundle.LONGEST
                    ? "" // refused like any other text
                    : Files.readString(bundle, StandardCharsets.ISO_8859_1);
            Installation done = install(text, bundle.toString());
            String outcome = done instanceof Installation.Refused ? ".refused" : ".installed";
            Files.move(
                    bundle, bundle.resolveSibling(bundle.getFileName() + outcome), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("bundle", bundle).log("the trust bundle stays where it is: " + e.getMessage());
        }
    }

    private boolean lookAtTheCloud() {
        try {
            HttpsExchange.Answer answer = anyone.send("GET", cloud, Optional.empty(), Optional.empty());
            return switch (answer.status()) {
                case 200 -> install(answer.body(), cloud.toString()) instanceof Installation.Installed;
                default -> {
                    LOG.atDebug().addKeyValue("status", answer.status()).log("the cloud has no trust bundle");
                    yield false;
                }
            };
        } catch (UnreachableException e) {
            LOG.atDebug().log("no look for newer root certificates: " + e.getMessage());
        } catch (IOException e) {
            LOG.atWarn().log("newer root certificates are there but not installed: " + e.getMessage());
        }
        return false;
    }

    private Installation install(String text, String from) throws IOException {
        Installation done = roots.install(text, trial.floor(), trial::prepare);
        switch (done) {
            case Installation.Installed(TrustBundle bundle) -> {
                trial.begin();
                LOG.atInfo()
                        .addKeyValue("version", bundle.version())
                        .addKeyValue("roots", bundle.roots().size())
                        .addKeyValue("from", from)
                        .log("root certificates replaced, on trial until hub and provisioning service are recognized");
            }
            case Installation.NotNewer(long version, long installed) ->
                LOG.atDebug()
                        .addKeyValue("version", version)
                        .addKeyValue("installed", installed)
                        .log("the root certificates are those of this trust bundle or of a newer one");
            case Installation.Refused(String reason) ->
                LOG.atWarn()
                        .addKeyValue("from", from)
                        .log("trust bundle refused, the root certificates stay as they are: " + reason);
        }
        return done;
    }
}
