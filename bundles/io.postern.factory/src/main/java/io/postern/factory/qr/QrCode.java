// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.qr;

import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * A QR code (ISO/IEC 18004) at the lowest error correction: an endorsement key in base64 then takes version 13, and
 * that is the largest which fits a terminal of 80 columns with its margin.
 */
public final class QrCode {
    private static final int MARGIN = 4; // ISO/IEC 18004, 9.1: modules of light around the code
    private static final int PIXELS = 8; // a module of an image: large enough for a label printer of 200 dpi

    private final ByteMatrix modules;

    private QrCode(ByteMatrix modules) {
        this.modules = modules;
    }

    /** @throws IllegalArgumentException when the text is longer than a QR code can hold, 2953 octets */
    public static QrCode of(String text) {
        try {
            return new QrCode(Encoder.encode(text, ErrorCorrectionLevel.L).getMatrix());
        } catch (WriterException e) {
            throw new IllegalArgumentException("a text of " + text.length() + " characters fits no QR code", e);
        }
    }

    /** Modules of one side, with the margin. */
    public int side() {
        return modules.getWidth() + 2 * MARGIN;
    }

    /** Two rows of modules to a line, dark ones as blocks: right on paper and on a terminal with a light background. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int y = 0; y < side(); y += 2) {
            var line = new StringBuilder();
            for (int x = 0; x < side(); x++) {
                line.append(" ▄▀█".charAt((isDark(x, y) ? 2 : 0) + (isDark(x, y + 1) ? 1 : 0)));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    /** The same in black on white, whatever colours the terminal has. */
    public List<String> colouredLines() {
        return lines().stream()
                .map(line -> "\u001B[30;107m" + line + "\u001B[0m")
                .toList(); // ECMA-48, 8.3.117
    }

    public String svg() {
        var path = new StringBuilder();
        for (int y = 0; y < side(); y++) {
            for (int x = 0; x < side(); x++) {
                if (isDark(x, y)) {
                    path.append("M").append(x).append(' ').append(y).append("h1v1h-1z");
                }
            }
        }
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %1$d" shape-rendering="crispEdges">
                <rect width="%1$d" height="%1$d" fill="#fff"/>
                <path d="%2$s"/>
                </svg>
                """.formatted(side(), path);
    }

    public void writePng(OutputStream out) throws IOException {
        var image = new BufferedImage(side() * PIXELS, side() * PIXELS, BufferedImage.TYPE_BYTE_BINARY);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                Color colour = isDark(x / PIXELS, y / PIXELS) ? Color.BLACK : Color.WHITE;
                image.setRGB(x, y, colour.getRGB());
            }
        }
        ImageIO.write(image, "png", out);
    }

    private boolean isDark(int x, int y) {
        int column = x - MARGIN;
        int row = y - MARGIN;
        return column >= 0
                && row >= 0
                && column < modules.getWidth()
                && row < modules.getHeight()
                && modules.get(column, row) == 1;
    }
}
