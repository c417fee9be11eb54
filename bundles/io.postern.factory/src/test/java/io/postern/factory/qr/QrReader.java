// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.qr;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.LuminanceSource;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.GlobalHistogramBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.List;
import java.util.Map;

/** Looks at a QR code as a camera does: finds it in an image and reads it. */
public final class QrReader {
    private static final int SCALE = 4; // pixels to a module

    private QrReader() {}

    /** Whether a point is dark. */
    public interface Picture {
        boolean isDark(int x, int y);
    }

    /** Of a terminal's lines, two rows of modules each. */
    public static String ofLines(List<String> lines) {
        int width = lines.getFirst().length();
        return of(width, lines.size() * 2, (x, y) -> {
            char block = lines.get(y / 2).charAt(x);
            return block == '█' || block == (y % 2 == 0 ? '▀' : '▄');
        });
    }

    public static String of(int width, int height, Picture picture) {
        int[] pixels = new int[width * SCALE * height * SCALE];
        for (int y = 0; y < height * SCALE; y++) {
            for (int x = 0; x < width * SCALE; x++) {
                pixels[y * width * SCALE + x] = picture.isDark(x / SCALE, y / SCALE) ? 0 : 0xFFFFFF;
            }
        }
        LuminanceSource source = new RGBLuminanceSource(width * SCALE, height * SCALE, pixels);
        try {
            var bitmap = new BinaryBitmap(new GlobalHistogramBinarizer(source));
            return new QRCodeReader()
                    .decode(bitmap, Map.of(DecodeHintType.POSSIBLE_FORMATS, List.of(BarcodeFormat.QR_CODE)))
                    .getText();
        } catch (ReaderException e) {
            throw new AssertionError("no QR code can be read there", e);
        }
    }
}
