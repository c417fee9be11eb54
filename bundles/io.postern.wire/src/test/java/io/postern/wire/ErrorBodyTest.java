// SPDX-License-Identifier: Apache-2.0
package io.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ErrorBodyTest {
    private static final ErrorBody BODY = new ErrorBody(
            401002,
            "IotHubUnauthorizedAccess",
            "the token has expired",
            "7f3a",
            Instant.parse("2026-03-01T08:00:00.1234567Z"));

    @Test
    void everyFamilyOfClientsFindsItsMembers() {
        assertThat(BODY.toJson()).isEqualTo(Json.parseObject("""
                {"errorCode":401002,"trackingId":"7f3a","message":"the token has expired",
                "Message":"ErrorCode:IotHubUnauthorizedAccess;the token has expired",
                "ExceptionMessage":"Tracking ID:7f3a-TimeStamp:2026-03-01T08:00:00.1234567Z",
                "timestampUtc":"2026-03-01T08:00:00.1234567Z"}"""));
        assertThat(BODY.httpStatus()).isEqualTo(401);
    }

    @Test
    void aPersonIsShownOneSentenceOfWhateverCame() {
        assertThat(ErrorBody.describe(BODY.toJson().toString()))
                .isEqualTo("401002 the token has expired (tracking id 7f3a)");
        assertThat(ErrorBody.describe("{\"Message\":\"ErrorCode:X;no\"}")).isEqualTo("ErrorCode:X;no");
        assertThat(ErrorBody.describe("<html>\n  <b>502</b>\n</html>")).isEqualTo("<html> <b>502</b> </html>");
        assertThat(ErrorBody.describe(" \n")).isEqualTo("no body");
        assertThat(ErrorBody.describe("red \u001b[31m alert\u0007")).isEqualTo("red [31m alert");
        assertThat(ErrorBody.describe("x".repeat(5000))).hasSize(403);
    }

    @Test
    void aCodeThatIsSaidInWordsOnlyIsFound() {
        assertThat(ErrorBody.name(BODY.toJson().toString())).isEqualTo("IotHubUnauthorizedAccess");
        assertThat(ErrorBody.name("{\"Message\":\"ErrorCode:X;no\"}")).isEqualTo("X");
        assertThat(ErrorBody.name("{\"Message\":\"ErrorCode:X\"}")).isEmpty();
        assertThat(ErrorBody.name("{\"Message\":7}")).isEmpty();
        assertThat(ErrorBody.name("<html>")).isEmpty();
    }

    @Test
    void aSecretThatSomebodyRepeatsIsNotShown() {
        assertThat(ErrorBody.describe("<b>SharedAccessSignature sr=hub&sig=abc%2Fdef%3D&se=17</b>"))
                .isEqualTo("<b>SharedAccessSignature sr=hub&sig=***&se=17</b>");
        assertThat(ErrorBody.describe("{\"message\":\"bad: HostName=h;SharedAccessKey=c2VjcmV0;x=1\"}"))
                .isEqualTo("bad: HostName=h;SharedAccessKey=***;x=1");
    }
}
