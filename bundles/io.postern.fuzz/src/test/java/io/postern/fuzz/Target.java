// SPDX-License-Identifier: Apache-2.0
package io.postern.fuzz;

import io.postern.cloud.endpoint.amqp.FuzzedAmqp;
import io.postern.cloud.endpoint.amqp.dps.FuzzedSasl;
import io.postern.gateway.amqp.FuzzedHub;
import io.postern.gateway.settings.FuzzedSettings;
import io.postern.gateway.store.FuzzedJournal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What is fuzzed. Each takes any octets and throws when a promise is broken: a reader gives a value or throws the
 * exception it documents, and what it gave comes out the same when it is written and read again.
 */
enum Target {
    TPM_BLOB(FuzzedTpm::blob),
    TPM_KEYS(FuzzedTpm::keys),
    SAS_TOKEN(FuzzedTexts::sasToken),
    LEAF_TOKEN(FuzzedTexts::leafToken),
    SIGNED_TIME(FuzzedTexts::signedTime),
    JSON(FuzzedTexts::json),
    REGISTRATION_JSON(FuzzedTexts::registration),
    TOPICS(FuzzedTexts::topics),
    IDS(FuzzedTexts::ids),
    CSV(FuzzedTexts::csv),
    CERTIFICATE(FuzzedTexts::certificate),
    ENROLLMENT_JSON(FuzzedTexts::enrollment),
    QUERY(FuzzedQuery::query),
    TEMPLATE(FuzzedTemplate::template),
    FRAMES(FuzzedFrames::framed),
    MBUS(FuzzedFrames::mbus),
    FIELD_PATTERN(FuzzedFrames::pattern),
    BOARD_TEMPLATE(FuzzedBoard::template),
    THERMOMETER(FuzzedBoard::thermometer),
    SETTINGS_CHANGE(FuzzedSettings::change),
    JOURNAL(FuzzedJournal::start),
    SENSOR_MESSAGE(FuzzedMessage::message),
    MQTT_PACKETS(octets -> {
        FuzzedPackets.readInAnyChunks(octets);
    }),
    SASL(FuzzedSasl::exchange),
    AMQP_MESSAGE(FuzzedAmqp::message),
    MODBUS_REQUEST(FuzzedModbus::request),
    MODBUS_ANSWER(FuzzedModbus::answer),
    MODBUS_QUESTION(FuzzedModbus::question),
    AMQP_HUB(FuzzedHub::connection),
    AMQP_ENGINE(FuzzedAmqp::connection);

    private final Consumer<byte[]> deed;

    Target(Consumer<byte[]> deed) {
        this.deed = deed;
    }

    /** Its name on the command line and of its folder in the corpus. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Target> named(String text) {
        return Arrays.stream(values())
                .filter(target -> target.text().equals(text))
                .findFirst();
    }

    void accept(byte[] octets) {
        deed.accept(octets);
    }
}
