// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import io.postern.cloud.hub.IfMatch;
import io.postern.wire.Secret;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * The CAs whose devices may come, once an operator has proven to hold their keys: else anybody could bring the public
 * certificate of somebody else's CA and take in that one's devices (CEN-07). They are few and all kept in memory.
 */
public final class CaCertificates {
    private static final int MOST = 25; // spec: limits of the provisioning service, CAs per service; a hub has as many
    private static final int CODE_LENGTH = 24; // octets; 48 digits fit a common name of 64 characters

    private static final int ETAG_LENGTH = 9; // octets; 12 characters of base64 without padding

    private final CaStore store;
    private final InstantSource clock;
    private final SecureRandom random;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile List<CaCertificate> all; // replaced as a whole, by the holder of this

    public CaCertificates(CaStore store, InstantSource clock, SecureRandom random) {
        this.store = store;
        this.clock = clock;
        this.random = random;
        this.all = List.copyOf(store.readAll());
    }

    /** {@code listener} is told after each change of the list; must be quick and must not throw. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    public List<CaCertificate> all() {
        return all;
    }

    public Optional<CaCertificate> find(CaName name) {
        return all.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** The CA of that name, when possession of its key is proven. */
    public Optional<Authority> verified(CaName name) {
        return find(name).filter(CaCertificate::verified).map(CaCertificate::authority);
    }

    /** Whether possession of a CA's key was proven, or of the key of the one that issued it. */
    public boolean vouchFor(Authority authority) {
        return all.stream()
                .filter(CaCertificate::verified)
                .map(CaCertificate::authority)
                .anyMatch(known -> known.equals(authority) || known.hasIssued(authority.certificate()));
    }

    /** Adds or replaces. Another certificate under a known name has its possession to be proven anew. */
    public synchronized CaReply put(CaName name, Authority authority, IfMatch condition) {
        Optional<CaCertificate> current = find(name);
        if (current.isEmpty()) {
            if (all.size() >= MOST) {
                return new CaReply.TooMany(MOST);
            }
            Instant now = clock.instant();
            return write(new CaCertificate(name, authority, Optional.empty(), false, freshEtag(), now, now));
        }
        boolean same = current.get().authority().equals(authority);
        return change(
                name,
                condition,
                entry -> write(changed(
                        entry,
                        authority,
                        same ? entry.verificationCode() : Optional.empty(),
                        same && entry.verified())));
    }

    /** Makes the code that a proof must carry. */
    public synchronized CaReply newCode(CaName name, IfMatch condition) {
        byte[] code = new byte[CODE_LENGTH];
        random.nextBytes(code);
        Optional<String> text = Optional.of(HexFormat.of().withUpperCase().formatHex(code));
        return change(name, condition, entry -> write(changed(entry, entry.authority(), text, entry.verified())));
    }

    /** @param proof a certificate for the code, issued with the CA's key */
    public synchronized CaReply verify(CaName name, X509Certificate proof, IfMatch condition) {
        return change(name, condition, entry -> {
            if (entry.verificationCode().isEmpty()) {
                return new CaReply.NotProven("no verification code was made for " + name + "; ask for one first");
            }
            if (!CertificateChain.commonName(proof).equals(entry.verificationCode())) {
                return new CaReply.NotProven("the common name (CN) of the proof " + CertificateChain.subject(proof)
                        + " is not the verification code "
                        + entry.verificationCode().get());
            }
            if (!entry.authority().hasIssued(proof)) {
                return new CaReply.NotProven(
                        "the proof " + CertificateChain.subject(proof) + " is not signed with the key of " + name);
            }
            return write(changed(entry, entry.authority(), Optional.empty(), true));
        });
    }

    public synchronized CaReply delete(CaName name, IfMatch condition) {
        return change(name, condition, entry -> {
            store.delete(name);
            readAll();
            return new CaReply.Deleted(name);
        });
    }

    private CaReply change(CaName name, IfMatch condition, Function<CaCertificate, CaReply> work) {
        Optional<CaCertificate> current = find(name);
        if (current.isEmpty()) {
            return new CaReply.NotFound(name);
        }
        return condition.accepts(current.get().etag())
                ? work.apply(current.get())
                : new CaReply.EtagMismatch(name, current.get().etag());
    }

    private CaCertificate changed(CaCertificate entry, Authority authority, Optional<String> code, boolean verified) {
        return new CaCertificate(
                entry.name(), authority, code, verified, freshEtag(), entry.created(), clock.instant());
    }

    private CaReply write(CaCertificate entry) {
        store.write(entry);
        readAll();
        return new CaReply.Stored(entry);
    }

    private void readAll() {
        all = List.copyOf(store.readAll());
        listeners.forEach(Runnable::run);
    }

    private String freshEtag() {
        return Secret.random(ETAG_LENGTH, random).revealBase64();
    }
}
