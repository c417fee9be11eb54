// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.wire.Shown;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a TPM comes from, as far as its endorsement-key certificate shows. In the order of trust, best first. */
public enum Provenance {
    /** A chip: the certificate leads to a vendor's CA. */
    GENUINE,
    /** A program in a processor's protected world, by the same proof. */
    FIRMWARE,
    /** A program like any other: for prototypes only (CEN-12). */
    SOFTWARE,
    /** No certificate, or none that holds. Says nothing about the TPM. */
    UNPROVEN;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException naming those there are */
    public static Provenance parse(String text) {
        for (Provenance provenance : values()) {
            if (provenance.text().equalsIgnoreCase(text)) {
                return provenance;
            }
        }
        throw new IllegalArgumentException("the provenance of a TPM is "
                + Arrays.stream(values()).map(Provenance::text).collect(Collectors.joining(", ")) + ", not \""
                + Shown.of(text) + "\"");
    }

    /** The one of two claims that is trusted less. */
    Provenance orWorse(Provenance other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
