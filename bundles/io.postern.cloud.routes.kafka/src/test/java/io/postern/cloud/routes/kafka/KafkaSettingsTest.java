// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.routes.DeliveryException;
import io.postern.cloud.routes.RouteConfig;
import io.postern.cloud.routes.RouteTarget;
import io.postern.cloud.routes.RoutedMessage;
import io.postern.testkit.Configs;
import io.postern.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("SEC-05")
class KafkaSettingsTest {
    private static final String LOGIN =
            "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username=\"a\" password=\"pwd\";";

    @TempDir
    Path directory;

    @Test
    void withoutAFileMessagesGoOverTlsAllTheSame() throws Exception {
        assertThat(settings("").security()).containsExactly(Map.entry("security.protocol", "SSL"));
    }

    @Test
    void credentialsAreTakenAndNotShown() throws Exception {
        KafkaSettings settings =
                settings(file("security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\n" + LOGIN, "rw-------"));
        assertThat(settings.security()).containsEntry("sasl.mechanism", "SCRAM-SHA-512");
        assertThat(settings.toString()).isEqualTo("Kafka topic t at [kafka.example:9093]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "acks=0",
                "bootstrap.servers=elsewhere:9092",
                "interceptor.classes=x.Y",
                "ssl.endpoint.identification.algorithm=",
                "ssl.engine.factory.class=x.Y",
                "sasl.login.callback.handler.class=x.Y",
                "security.protocol=SASL_PLAINTEXT",
                "security.protocol=SASL_SSL",
                "security.protocol=SASL_SSL\nsasl.mechanism=GSSAPI\n" + LOGIN,
                "sasl.mechanism=PLAIN",
                "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config=com.sun.security.auth.module.JndiLoginModule required password=\"pwd\";",
                "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n" + LOGIN + " x.Evil required;"
            })
    void nothingElseIsTakenFromTheFile(String text) throws Exception {
        String file = file(text, "rw-------");
        assertThatThrownBy(() -> settings(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("propertiesFile: in ")
                .hasMessageNotContaining("pwd");
    }

    @Test
    void rootsThatCannotBeReadAreAFailureThatNamesThem() throws Exception {
        assertFails(
                config("localhost:9", "t", file("ssl.truststore.location=/nowhere/roots.p12", "rw-------")),
                "/nowhere");
    }

    @Test
    void aFileThatOthersMayReadIsNot() throws Exception {
        String file = file(LOGIN, "rw-r-----");
        assertThatThrownBy(() -> settings(file)).isInstanceOf(IOException.class).hasMessageContaining("chmod 600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:port", "host:1,other:2", "ho st:1", "http://host:1"})
    void brokersAreNamesAndPorts(String broker) {
        assertThatThrownBy(() -> KafkaSettings.of(config(broker, "t", "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("brokers: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a b"})
    void aTopicIsAName(String topic) {
        assertThatThrownBy(() -> KafkaSettings.of(config("host:1", topic, "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("topic: ");
    }

    @Test
    void brokersWhoseNameNobodyKnowsAreAFailureThatMayPass() throws Exception {
        assertFails(config("none.invalid:9093", "t", ""), "names");
    }

    private static void assertFails(RouteConfig config, String why) throws IOException {
        var message = new RoutedMessage("meter-1", 1, Json.object().add("n", 1).build());
        try (RouteTarget target = new KafkaTargetFactory().open(config)) {
            assertThatThrownBy(() -> target.deliver(List.of(message)))
                    .isInstanceOf(DeliveryException.class)
                    .hasMessageContaining(why);
        }
    }

    private static KafkaSettings settings(String file) throws IOException {
        return KafkaSettings.of(config("kafka.example:9093", "t", file));
    }

    private static RouteConfig config(String broker, String topic, String file) {
        return Configs.of(
                RouteConfig.class, Map.of("brokers", new String[] {broker}, "topic", topic, "propertiesFile", file));
    }

    private String file(String text, String mode) throws IOException {
        Path file = Files.writeString(Files.createTempFile(directory, "kafka", ".properties"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file.toString();
    }
}
