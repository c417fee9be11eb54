// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.factory.ShipmentFile.Outcome;
import io.postern.factory.qr.QrCode;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code postern factory tpm}: what an operator must know to enroll the gateway on the bench (DPS-10). */
@Command(
        name = "tpm",
        description = {
            "Reads a TPM's endorsement key; nothing of it is secret.",
            "The QR code holds the key in base64: the registration id follows from it."
        })
final class TpmCommand implements Callable<Integer> {
    private static final int LINE = 76; // RFC 2045, 6.8; fits a terminal of 80 columns

    private final Output output;

    @Option(
            names = "--tpm",
            paramLabel = "DEVICE",
            defaultValue = "dev:/dev/tpmrm0",
            description = "dev:/dev/tpmrm0 (the default), unix:PATH or tcp:HOST:PORT.")
    private String device = "";

    @Option(names = "--csv", paramLabel = "FILE", description = "The shipment's list, which gets a row for this TPM.")
    private Optional<Path> csv = Optional.empty();

    @Option(names = "--device-id", paramLabel = "ID", description = "The gateway's name in the hub, for the list.")
    private Optional<DeviceId> deviceId = Optional.empty();

    @Option(
            names = "--with-certificate",
            description = "Put the maker's certificate of the key into the list, if the TPM holds one.")
    private boolean withCertificate;

    @Option(names = "--image", paramLabel = "FILE", description = "The QR code as a file: .png or .svg.")
    private Optional<Path> image = Optional.empty();

    @Option(names = "--no-qr", description = "No QR code on the terminal.")
    private boolean noQr;

    TpmCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() throws IOException {
        TpmIdentity tpm = TpmIdentity.read(device, withCertificate);
        QrCode code = QrCode.of(tpm.key().tpm2bPublic().toBase64());
        if (!noQr) {
            (output.terminal() ? code.colouredLines() : code.lines()).forEach(output.out()::println);
        }
        show(tpm);
        if (image.isPresent()) {
            write(code, image.get());
            output.out().println("QR code: " + image.get());
        }
        return csv.isPresent() ? add(tpm, csv.get()) : ExitCode.OK;
    }

    private void show(TpmIdentity tpm) {
        output.out().println("registration id");
        output.out().println("  " + tpm.key().registrationId());
        output.out().println("endorsement key (SHA-256)");
        output.out().println("  " + tpm.hash());
        output.out().println("endorsement key");
        String key = tpm.key().tpm2bPublic().toBase64();
        for (int at = 0; at < key.length(); at += LINE) {
            output.out().println("  " + key.substring(at, Math.min(key.length(), at + LINE)));
        }
        if (withCertificate) {
            output.out().println("certificate of the endorsement key");
            output.out()
                    .println(tpm.certificate()
                            .map(der -> "  in the TPM, " + der.length() + " bytes")
                            .orElse("  the TPM holds none"));
        }
    }

    private int add(TpmIdentity tpm, Path list) throws IOException {
        return switch (new ShipmentFile(list).add(tpm, deviceId)) {
            case Outcome.Added(int rows) -> {
                output.out().println("Added to " + list + ", which now has " + rows + (rows == 1 ? " TPM." : " TPMs."));
                yield ExitCode.OK;
            }
            case Outcome.Known(int line) -> {
                output.out().println("Not added: this TPM stands in line " + line + " of " + list + " already.");
                yield ExitCode.OK;
            }
            case Outcome.Refused(String reason) -> {
                output.err().println("Not added: " + reason + ".");
                yield ExitCode.SOFTWARE;
            }
        };
    }

    private static void write(QrCode code, Path file) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(".svg")) {
            Files.writeString(file, code.svg());
        } else if (name.endsWith(".png")) {
            try (OutputStream out = Files.newOutputStream(file)) {
                code.writePng(out);
            }
        } else {
            throw new IllegalArgumentException("an image's name ends with .png or .svg, not like " + name);
        }
    }
}
