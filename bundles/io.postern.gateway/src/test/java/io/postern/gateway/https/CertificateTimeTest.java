// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.time.Box;
import io.postern.gateway.time.TimeSource;
import io.postern.gateway.time.TrustedClock;
import io.postern.testkit.Await;
import io.postern.testkit.LabCa;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CertificateTimeTest {
    private static final String NOW = "2026-11-22T08:00:00Z";
    private static final String WITHOUT_BATTERY = "1970-01-01T00:00:12Z";
    private static final Duration SOON = Duration.ofSeconds(20);

    private final LabCa root = LabCa.root("root", Instant.parse(NOW));
    private final X509Certificate[] chain = chain(root);
    private final CertificateTime time = new CertificateTime();
    private final Socket connection = new Socket();

    @AfterEach
    void close() throws Exception {
        connection.close();
    }

    @Test
    void aGatewayThatWokeIn1970OrTenYearsOffTrustsACertificateOfToday() throws Exception {
        for (String system : List.of(WITHOUT_BATTERY, "2036-11-22T08:00:00Z", "2016-11-22T08:00:00Z", NOW)) {
            time.by(new Box(NOW, system).open());
            assertThatCode(() -> check(root, chain)).as(system).doesNotThrowAnyException();
        }
    }

    @Test
    void aCertificateThatWasOverBeforeTheGatewayWasBuiltIsRefusedEvenIn1970() throws Exception {
        LabCa old = LabCa.root("old", Instant.parse("2024-06-01T00:00:00Z"));
        time.by(new Box(NOW, WITHOUT_BATTERY).open());
        assertThatThrownBy(() -> check(old, chain(old))).isInstanceOf(CertificateException.class);
    }

    @Test
    void aCertificateThatWasOverBeforeTheLastSealIsRefusedAfterAPowerCut() throws Exception {
        var box = new Box("2028-11-22T08:00:00Z", WITHOUT_BATTERY);
        box.open().heard(box.claim(TimeSource.SIGNED));
        time.by(box.dark(Duration.ofDays(1), WITHOUT_BATTERY).open());
        assertThatThrownBy(() -> check(root, chain)).isInstanceOf(CertificateException.class);
    }

    @Test
    void withAConfirmedTimeWhatIsOverOrNotYetValidIsRefusedWhateverTheSystemSays() throws Exception {
        for (String truth : List.of("2028-11-22T08:00:00Z", "2026-11-20T08:00:00Z")) {
            var box = new Box(truth, NOW);
            TrustedClock clock = box.open();
            clock.heard(box.claim(TimeSource.SIGNED));
            time.by(clock);
            assertThatThrownBy(() -> check(root, chain)).as(truth).isInstanceOf(CertificateException.class);
        }
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        clock.heard(box.claim(TimeSource.SIGNED));
        time.by(clock);
        assertThatCode(() -> check(root, chain)).doesNotThrowAnyException();
    }

    @Test
    void anotherRootIsRefusedWhateverTheTime() throws Exception {
        time.by(new Box(NOW, WITHOUT_BATTERY).open());
        LabCa other = LabCa.root("other", Instant.parse(NOW));
        assertThatThrownBy(() -> check(other, chain)).isInstanceOf(CertificateException.class);
    }

    @Test
    void aConnectionThatWasLetInByAnEstimateIsClosedWhenTheConfirmedTimeForbidsIt() throws Exception {
        var box = new Box("2028-11-22T08:00:00Z", WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        time.by(clock);
        clock.whenConfirmed(time::judge);
        check(root, chain);
        assertThat(connection.isClosed()).isFalse();
        clock.heard(box.claim(TimeSource.SIGNED));
        Await.until(SOON, "the connection closed", connection::isClosed);
    }

    @Test
    void aConnectionThatWasRightlyLetInStaysOpen() throws Exception {
        var box = new Box(NOW, WITHOUT_BATTERY);
        TrustedClock clock = box.open();
        time.by(clock);
        check(root, chain);
        clock.heard(box.claim(TimeSource.SIGNED));
        time.judge();
        assertThat(connection.isClosed()).isFalse();
    }

    private void check(LabCa trusted, X509Certificate[] shown) throws CertificateException {
        new DatedTrust(Stream.of(trusted.certificate()), time).checkServerTrusted(shown, "ECDHE_ECDSA", connection);
    }

    private static X509Certificate[] chain(LabCa root) {
        return root.server("server.example").chain().toArray(X509Certificate[]::new);
    }
}
