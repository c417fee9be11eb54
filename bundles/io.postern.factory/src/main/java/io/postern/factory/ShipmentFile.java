// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.csv.CsvRow;
import io.postern.wire.csv.CsvTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The list of the TPMs of a shipment. Rows are only ever added, each in one write to the disk; several workplaces may
 * add to the same file at the same time.
 */
final class ShipmentFile {
    private static final List<String> HEADINGS =
            List.of("registrationId", "endorsementKeyHash", "endorsementKey", "deviceId", "endorsementKeyCertificate");

    /** What became of a row. */
    sealed interface Outcome {
        /** @param rows how many TPMs the list has now */
        record Added(int rows) implements Outcome {}

        /** The same TPM under the same name stands there already. */
        record Known(int line) implements Outcome {}

        /** @param reason a sentence without its end */
        record Refused(String reason) implements Outcome {}
    }

    private final Path file;

    ShipmentFile(Path file) {
        this.file = file;
    }

    /** @throws IOException when the file cannot be read or written, or is no list of TPMs */
    Outcome add(TpmIdentity tpm, Optional<DeviceId> name) throws IOException {
        try (FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock mine = channel.lock()) {
            String before = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
            List<CsvRow> rows = before.isEmpty() ? List.of() : rows(before);
            for (CsvRow row : rows) {
                Optional<Outcome> clash = clash(row, tpm, name);
                if (clash.isPresent()) {
                    return clash.get();
                }
            }
            String added = (before.isEmpty() ? CsvTable.line(HEADINGS) : "") + line(tpm, name);
            write(channel, added);
            return new Outcome.Added(rows.size() + 1);
        }
    }

    private List<CsvRow> rows(String text) throws IOException {
        if (!text.endsWith("\n")) {
            throw new IOException("the last row of " + file
                    + " has no end: it was cut off while being written. Remove it, and read its TPM again");
        }
        try {
            CsvTable table = CsvTable.parse(text);
            if (!table.headings().equals(HEADINGS)) {
                throw new IOException(file + " is no list of TPMs: its first row is not " + String.join(",", HEADINGS));
            }
            return table.rows();
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " cannot be read as a list of TPMs: " + e.getMessage(), e);
        }
    }

    private Optional<Outcome> clash(CsvRow row, TpmIdentity tpm, Optional<DeviceId> name) {
        Optional<String> there = row.text("deviceId");
        Optional<String> wanted = name.map(DeviceId::text);
        if (row.text("endorsementKeyHash").equals(Optional.of(tpm.hash()))) {
            return Optional.of(
                    there.equals(wanted)
                            ? new Outcome.Known(row.line())
                            : new Outcome.Refused("this TPM stands in line " + row.line() + " of " + file + " already, "
                                    + there.map(text -> "as " + text).orElse("without a device id")));
        }
        return wanted.isPresent() && there.equals(wanted)
                ? Optional.of(new Outcome.Refused("line " + row.line() + " of " + file + " gives the device id "
                        + wanted.get() + " to another TPM"))
                : Optional.empty();
    }

    private static String line(TpmIdentity tpm, Optional<DeviceId> name) {
        return CsvTable.line(List.of(
                tpm.key().registrationId().text(),
                tpm.hash(),
                tpm.key().tpm2bPublic().toBase64(),
                name.map(DeviceId::text).orElse(""),
                tpm.certificate().map(Bytes::toBase64).orElse("")));
    }

    private static void write(FileChannel channel, String text) throws IOException {
        ByteBuffer octets = StandardCharsets.UTF_8.encode(text);
        channel.position(channel.size());
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
        channel.force(true);
    }
}
