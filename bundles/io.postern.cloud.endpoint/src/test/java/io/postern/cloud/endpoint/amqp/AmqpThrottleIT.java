// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.cloud.dps.Rate;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.lab.amqp.Frames;
import io.postern.testkit.CapturedLog;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a device is told over AMQP when its tenant has had too many registrations. */
@Timeout(60)
class AmqpThrottleIT {
    private static final Rate ONE_A_SECOND = new Rate(1, 1);

    @TempDir
    Path directory;

    @Test
    void aRegistrationAboveTheRateIsRejectedWithTheTimeToComeBack() throws Exception {
        try (var site =
                new AmqpSite(directory, AmqpPatience.USUAL, settings -> settings.limited(ONE_A_SECOND, ONE_A_SECOND))) {
            SymmetricKeys keys = site.enroll("meter-1");
            try (CapturedLog log = CapturedLog.start();
                    RawAmqpClient client = site.linked("meter-1", keys)) {
                for (int id = 0; id < 3; id++) {
                    client.send(Frames.transfer(1, id, Frames.question("iotdps-register", "{}")));
                }

                String said = client.await("timestampUtc");
                assertThat(said)
                        .contains("\"errorCode\":429001")
                        .contains("\"Message\":\"ErrorCode:ThrottlingException;")
                        .contains("Retry-After");
                String trackingId = said.replaceAll("(?s).*?\"trackingId\":\"([^\"]*)\".*", "$1");
                log.await("trackingId=" + trackingId, "status=429", "refused over AMQP");
            }
        }
    }
}
