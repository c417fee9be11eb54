// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.shipment;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.RegistrationId;
import io.postern.wire.Shown;
import io.postern.wire.csv.CsvRow;
import io.postern.wire.csv.CsvTable;
import io.postern.wire.tpm.EndorsementKey;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the rows of a shipment's list: {@code registrationId}, {@code endorsementKeyHash}, {@code endorsementKey},
 * {@code deviceId} and {@code endorsementKeyCertificate}, as the headings have them. The hash or the key itself is
 * needed, all else may be empty or absent; other columns are passed over. Pure.
 */
final class RowParser {
    static final String ID = "registrationId";
    static final String HASH = "endorsementKeyHash";
    private static final String KEY = "endorsementKey";
    private static final String DEVICE = "deviceId";
    private static final String CERTIFICATE = "endorsementKeyCertificate";
    private static final int HASH_DIGITS = 64; // SHA-256

    private final List<String> headings;

    /** @throws IllegalArgumentException when the header names neither the hash nor the key, or a column twice */
    RowParser(String header) {
        this.headings = CsvTable.parse(header).headings();
        if (!headings.contains(HASH) && !headings.contains(KEY)) {
            throw new IllegalArgumentException("the first line holds the headings, among them " + HASH + " or " + KEY
                    + "; it is \"" + Shown.of(header) + "\"");
        }
    }

    ListedKey parse(String text, int line) throws BadFieldException {
        CsvRow row = row(text, line);
        Optional<EndorsementKey> key = value(row, KEY, encoded -> EndorsementKey.decode(Bytes.base64(encoded)));
        Optional<EndorsementCertificate> certificate = value(row, CERTIFICATE, EndorsementCertificate::parse);
        if (key.isPresent() && certificate.filter(c -> !c.isFor(key.get())).isPresent()) {
            throw new BadFieldException(CERTIFICATE, "the certificate holds another key than " + KEY);
        }
        return new ListedKey(
                hash(row, key), value(row, ID, RegistrationId::of), value(row, DEVICE, DeviceId::of), certificate);
    }

    private CsvRow row(String text, int line) throws BadFieldException {
        try {
            return CsvTable.row(headings, text, line);
        } catch (IllegalArgumentException e) {
            throw new BadFieldException("", String.valueOf(e.getMessage()));
        }
    }

    private Bytes hash(CsvRow row, Optional<EndorsementKey> key) throws BadFieldException {
        Optional<Bytes> said = value(row, HASH, RowParser::digest);
        Optional<Bytes> own = key.map(EndorsementKey::digest);
        if (said.isPresent() && own.isPresent() && !said.equals(own)) {
            throw new BadFieldException(HASH, "this is not the hash of " + KEY + ", which is " + own.get());
        }
        return said.or(() -> own)
                .orElseThrow(() -> new BadFieldException(
                        headings.contains(HASH) ? HASH : KEY, "the row has neither " + HASH + " nor " + KEY));
    }

    private static <V> Optional<V> value(CsvRow row, String heading, Function<String, V> parse)
            throws BadFieldException {
        try {
            return row.text(heading).map(parse);
        } catch (IllegalArgumentException e) {
            throw new BadFieldException(heading, String.valueOf(e.getMessage()));
        }
    }

    private static Bytes digest(String text) {
        if (!text.matches("[0-9A-Fa-f]{" + HASH_DIGITS + "}")) {
            throw new IllegalArgumentException("a SHA-256 hash has " + HASH_DIGITS + " hexadecimal digits; this is \""
                    + Shown.of(text) + "\", " + text.length() + " characters");
        }
        return Bytes.hex(text);
    }
}
