// SPDX-License-Identifier: Apache-2.0
package io.postern.factory.qr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class QrCodeTest {
    private static final String KEY = "AToAAQALAAMAsgAg+/=".repeat(23).substring(0, 424);

    private final QrCode code = QrCode.of(KEY);

    @Test
    void anEndorsementKeyFitsATerminalOfEightyColumnsAndIsRead() {
        assertThat(code.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));

        assertThat(QrReader.ofLines(code.lines())).isEqualTo(KEY);
    }

    @Test
    void onATerminalItsColoursAreItsOwn() {
        assertThat(code.colouredLines())
                .allSatisfy(
                        line -> assertThat(line).startsWith("\u001B[30;107m").endsWith("\u001B[0m"));
    }

    @Test
    void theImageIsRead() throws Exception {
        var png = new ByteArrayOutputStream();
        code.writePng(png);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png.toByteArray()));

        assertThat(QrReader.of(image.getWidth(), image.getHeight(), (x, y) -> (image.getRGB(x, y) & 0xFF) == 0))
                .isEqualTo(KEY);
    }

    @Test
    void thePageShowsTheSameModules() {
        int side = code.side();
        boolean[][] dark = new boolean[side][side];
        Pattern.compile("M(\\d+) (\\d+)h1v1h-1z")
                .matcher(code.svg())
                .results()
                .forEach(found -> dark[Integer.parseInt(found.group(2))][Integer.parseInt(found.group(1))] = true);

        assertThat(QrReader.of(side, side, (x, y) -> dark[y][x])).isEqualTo(KEY);
    }

    @Test
    void aTextThatFitsNoCodeIsRefused() {
        assertThatThrownBy(() -> QrCode.of("x".repeat(2954))).hasMessageContaining("2954 characters");
    }
}
