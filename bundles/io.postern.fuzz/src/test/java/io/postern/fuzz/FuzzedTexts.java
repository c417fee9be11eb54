// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import io.postern.cloud.dps.EnrollmentCodec;
import io.postern.cloud.hub.SymmetricKeys;
import io.postern.cloud.hub.x509.CertificateCodec;
import io.postern.wire.Bytes;
import io.postern.wire.ConnectionString;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.IdScope;
import io.postern.wire.Json;
import io.postern.wire.LeafTokenAnswer;
import io.postern.wire.ModelId;
import io.postern.wire.RegistrationId;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.Shown;
import io.postern.wire.SignedTime;
import io.postern.wire.csv.CsvTable;
import io.postern.wire.dps.DpsTopic;
import io.postern.wire.dps.DpsUserName;
import io.postern.wire.dps.RegistrationRequest;
import io.postern.wire.dps.RegistrationStatus;
import io.postern.wire.hub.HubTopic;
import io.postern.wire.hub.HubUserName;
import io.postern.wire.hub.PropertyBag;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Function;

/** What arrives as text: tokens, JSON, topics, ids, lists. */
final class FuzzedTexts {
    private static final SymmetricKeys KEYS = new SymmetricKeys(
            Secret.of(new byte[32]), Secret.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6}));

    private FuzzedTexts() {}

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8);
    }

    private static <T> void keepsItsText(String text, Function<String, T> reader, Function<T, String> writer) {
        Promise.read(() -> reader.apply(text))
                .ifPresent(value -> Promise.same(value, reader.apply(writer.apply(value))));
    }

    static void sasToken(byte[] octets) {
        Promise.read(() -> SasToken.parse(text(octets))).ifPresent(token -> {
            Promise.same(token, SasToken.parse(token.text().revealUtf8()));
            token.isSignedBy(KEYS.primary());
            token.resource().covers(token.resource());
        });
    }

    static void leafToken(byte[] octets) {
        DeviceId asked = DeviceId.of("meter-1");
        keepsItsText(text(octets), answer -> LeafTokenAnswer.parse(answer, asked), answer -> answer.toJson()
                .toString());
    }

    static void signedTime(byte[] octets) {
        String text = text(octets);
        keepsItsText(text, SignedTime::parse, SignedTime::text);
        Promise.read(() -> SignedTime.stringToSign(text, Instant.EPOCH)).ifPresent(said -> {
            if (!SignedTime.isNonce(text)
                    || new String(said, StandardCharsets.UTF_8).lines().count() != 3) {
                throw new AssertionError("what is signed may be read as something else");
            }
        });
    }

    static void json(byte[] octets) {
        keepsItsText(text(octets), Json::parse, Object::toString);
        keepsItsText(text(octets), Json::parse, Json::pretty);
    }

    static void registration(byte[] octets) {
        keepsItsText(text(octets), RegistrationRequest::parse, request -> request.toJson()
                .toString());
        keepsItsText(text(octets), RegistrationStatus::parse, status -> status.toJson()
                .toString());
    }

    static void enrollment(byte[] octets) {
        Promise.read(() -> Json.parseObject(text(octets))).ifPresent(json -> {
            Promise.read(() -> EnrollmentCodec.parse(json, () -> KEYS));
            Promise.read(() -> EnrollmentCodec.parseGroup(json, () -> KEYS));
        });
    }

    static void topics(byte[] octets) {
        String text = text(octets);
        Promise.read(() -> DpsTopic.parse(text));
        Promise.read(() -> HubTopic.parse(text));
        Promise.read(() -> HubTopic.twinReply(text));
        Promise.read(() -> HubTopic.desiredChange(text));
        Promise.read(() -> HubTopic.methodCall(text));
        keepsItsText(text, PropertyBag::decode, PropertyBag::encode);
    }

    static void ids(byte[] octets) {
        String text = text(octets);
        keepsItsText(text, DeviceId::of, DeviceId::text);
        keepsItsText(text, RegistrationId::of, RegistrationId::text);
        keepsItsText(text, IdScope::of, IdScope::text);
        keepsItsText(text, HubName::of, HubName::text);
        keepsItsText(text, ModelId::of, ModelId::text);
        keepsItsText(text, ResourceUri::decode, ResourceUri::encoded);
        keepsItsText(text, DpsUserName::parse, DpsUserName::text);
        keepsItsText(text, HubUserName::parse, HubUserName::text);
        Promise.read(() -> ConnectionString.parse(text));
        if (Shown.of(text).chars().anyMatch(Character::isISOControl)) {
            throw new AssertionError("a control character would reach the log");
        }
    }

    static void csv(byte[] octets) {
        Promise.read(() -> CsvTable.parse(text(octets)));
    }

    static void certificate(byte[] octets) {
        Promise.read(() -> CertificateCodec.parse(text(octets))).ifPresent(CertificateCodec::toJson);
        Promise.read(() -> CertificateCodec.decode(Bytes.of(octets))).ifPresent(CertificateCodec::toJson);
    }
}
