// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.wire.Shown;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * What an endorsement-key certificate calls its TPM, in the directory name of its subject alternative name (TCG EK
 * Credential Profile, 3.2.9). Words of the certificate's issuer: worth what its chain is worth.
 *
 * @param manufacturer {@code id:} and eight hexadecimal digits of the TCG vendor id registry
 * @param version {@code id:} and the firmware's version in hexadecimal digits
 */
public record TpmModel(String manufacturer, String model, String version) {
    private static final String MANUFACTURER = "2.23.133.2.1"; // tcg-at-tpmManufacturer
    private static final String MODEL = "2.23.133.2.2"; // tcg-at-tpmModel
    private static final String VERSION = "2.23.133.2.3"; // tcg-at-tpmVersion
    private static final int DIRECTORY_NAME = 4; // RFC 5280, 4.2.1.6
    private static final int UTF8_STRING = 0x0C;
    private static final int PRINTABLE_STRING = 0x13;

    /** swtpm (its own number), IBM's simulator and libtpms, Google's and VMware's virtual machines. */
    private static final Set<String> SOFTWARE = Set.of("00001014", "49424D00", "474F4F47", "564D5700");
    /** AMD, Intel, Qualcomm; Microsoft, whose id Pluton and the simulator share. */
    private static final Set<String> FIRMWARE = Set.of("414D4400", "494E5443", "51434F4D", "4D534654");

    /** Reads the names; empty when one is missing. */
    static Optional<TpmModel> of(X509Certificate certificate) {
        Map<String, String> names = names(certificate);
        var model = new TpmModel(
                names.getOrDefault(MANUFACTURER, ""), names.getOrDefault(MODEL, ""), names.getOrDefault(VERSION, ""));
        boolean whole =
                Stream.of(model.manufacturer, model.model, model.version).noneMatch(String::isBlank);
        return whole ? Optional.of(model) : Optional.empty();
    }

    /** The best that can be said of a TPM of this manufacturer: many make nothing but programs. */
    Provenance best() {
        String id = manufacturer.toUpperCase(Locale.ROOT).replaceFirst("^ID:", "");
        if (SOFTWARE.contains(id)) {
            return Provenance.SOFTWARE;
        }
        return FIRMWARE.contains(id) ? Provenance.FIRMWARE : Provenance.GENUINE;
    }

    /** For a person: {@code INTC CNML id:000B0002}. */
    @Override
    public String toString() {
        return Shown.of(initials() + " " + model + " " + version);
    }

    /** The registry's ids are initials in hexadecimal digits. */
    private String initials() {
        String digits = manufacturer.replaceFirst("^id:", "");
        if (!digits.matches("(?:[4-5][0-9A-Fa-f]){2,4}(?:00|20)*")) {
            return manufacturer;
        }
        return new String(HexFormat.of().parseHex(digits), StandardCharsets.US_ASCII)
                .replace("\0", "")
                .strip();
    }

    private static Map<String, String> names(X509Certificate certificate) {
        Map<String, String> names = new HashMap<>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives == null) {
                return names;
            }
            for (List<?> alternative : alternatives) {
                if (alternative.get(0).equals(DIRECTORY_NAME)) {
                    addNames(names, String.valueOf(alternative.get(1)));
                }
            }
            return names;
        } catch (CertificateParsingException | InvalidNameException e) {
            return Map.of(); // the same as no names: the caller says that they are missing
        }
    }

    /** The JDK gives a directory name as text (RFC 2253), attributes it does not know by number and in DER. */
    private static void addNames(Map<String, String> names, String directoryName) throws InvalidNameException {
        for (Rdn part : new LdapName(directoryName).getRdns()) {
            var attributes = part.toAttributes().getAll();
            try {
                while (attributes.hasMore()) {
                    Attribute attribute = attributes.next();
                    text(attribute.get()).ifPresent(text -> names.put(attribute.getID(), text));
                }
            } catch (NamingException e) {
                throw new InvalidNameException(e.getMessage());
            }
        }
    }

    private static Optional<String> text(Object value) {
        return switch (value) {
            case String text -> Optional.of(text);
            case byte[] der
            when der.length >= 2 && (der[0] == UTF8_STRING || der[0] == PRINTABLE_STRING) && der[1] == der.length - 2 ->
                Optional.of(new String(der, 2, der.length - 2, StandardCharsets.UTF_8));
            default -> Optional.empty();
        };
    }
}
