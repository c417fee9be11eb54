// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl;

import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Sends the list of a shipment in parts, each with the header: a file may be larger than one request and is never in
 * memory as a whole. When it breaks off, what was sent stays; sending the file again does no harm.
 */
final class ListUpload {
    private static final int MOST = 64 * 1024; // characters of a part; the service takes 96 KB

    private final Shipments shipments;
    private final String shipment;
    private final String run = UUID.randomUUID().toString();

    ListUpload(Shipments shipments, String shipment) {
        this.shipments = shipments;
        this.shipment = shipment;
    }

    /** @param reports told what became of each part */
    void send(Path file, Consumer<JsonObject> reports) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            String header = lines.readLine();
            if (header == null) {
                throw new IOException(file + " is empty; its first line must hold the headings");
            }
            var part = new StringBuilder();
            int first = 2; // behind the header
            int next = first;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (part.length() + line.length() > MOST && !part.isEmpty()) {
                    reports.accept(shipments.send(shipment, header + "\n" + part, first, run));
                    part.setLength(0);
                    first = next;
                }
                part.append(line).append('\n');
                next++;
            }
            reports.accept(shipments.send(shipment, header + "\n" + part, first, run));
        }
    }
}
