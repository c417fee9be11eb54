// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.tpm.EndorsementKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Judges an endorsement key by its certificate. Pure: it proves nothing about who holds the key, the challenge does. */
final class ProvenanceExaminer {
    private static final int LONGEST = 9; // the device's own beside them, a CertificateChain's bound

    private ProvenanceExaminer() {}

    /** @param loaded the vendors' CAs; each is trusted, an intermediate without its root too */
    static Verdict examine(
            EndorsementKey key, Optional<EndorsementCertificate> shown, List<VendorCa> loaded, Instant now) {
        if (shown.isEmpty()) {
            return Verdict.unproven("no endorsement-key certificate is known for this TPM");
        }
        EndorsementCertificate certificate = shown.get();
        Optional<String> flaw = certificate.flawFor(key, now);
        if (flaw.isPresent()) {
            return Verdict.unproven(flaw.get());
        }
        TpmModel model = certificate.model().orElseThrow();
        List<VendorCa> above = above(certificate.certificate(), loaded);
        return chainFlaw(certificate, above)
                .map(broken -> withoutChain(model, broken))
                .orElseGet(() -> withChain(model, above));
    }

    private static Verdict withChain(TpmModel model, List<VendorCa> above) {
        Provenance marked = above.stream().map(VendorCa::marks).reduce(Provenance.GENUINE, Provenance::orWorse);
        Provenance provenance = marked.orWorse(model.best());
        String by = marked.compareTo(model.best()) >= 0 && marked != Provenance.GENUINE
                ? ", which the operator marked " + marked.text()
                : "";
        return new Verdict(
                provenance,
                Optional.of(model),
                above.stream().map(VendorCa::name).toList(),
                model + ", certified by " + above.getFirst().name() + by);
    }

    /** Nobody pretends to be a program: that claim is believed without proof. */
    private static Verdict withoutChain(TpmModel model, String flaw) {
        return model.best() == Provenance.SOFTWARE
                ? new Verdict(
                        Provenance.SOFTWARE,
                        Optional.of(model),
                        List.of(),
                        model + " calls itself a program, and " + flaw)
                : new Verdict(Provenance.UNPROVEN, Optional.of(model), List.of(), flaw);
    }

    /** The way up as far as CAs are loaded, nearest first. */
    private static List<VendorCa> above(X509Certificate certificate, List<VendorCa> loaded) {
        List<VendorCa> above = new ArrayList<>();
        Optional<VendorCa> next = issuer(certificate, loaded);
        while (next.isPresent() && !above.contains(next.get()) && above.size() < LONGEST) {
            above.add(next.get());
            next = issuer(next.get().authority().certificate(), loaded);
        }
        return above;
    }

    private static Optional<VendorCa> issuer(X509Certificate certificate, List<VendorCa> loaded) {
        return loaded.stream()
                .filter(ca -> ca.authority().hasIssued(certificate))
                .findFirst();
    }

    private static Optional<String> chainFlaw(EndorsementCertificate certificate, List<VendorCa> above) {
        X509Certificate own = certificate.certificate();
        if (above.isEmpty()) {
            return Optional.of("the endorsement-key certificate " + CertificateChain.subject(own)
                    + " was issued by no vendor's CA that is loaded here: its issuer is \""
                    + io.postern.wire.Shown.of(own.getIssuerX500Principal().getName()) + "\"");
        }
        List<X509Certificate> path = Stream.concat(
                        Stream.of(own),
                        above.subList(0, above.size() - 1).stream()
                                .map(ca -> ca.authority().certificate()))
                .toList();
        return new CertificateChain(path)
                .flawUnder(above.getLast().authority(), certificate.issued())
                .map(flaw -> "when the endorsement-key certificate was issued: " + flaw);
    }
}
