// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes.kafka;

import io.postern.cloud.routes.RouteConfig;
import io.postern.cloud.store.PrivateFile;
import io.postern.wire.Shown;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a Kafka route leads, and who it is there.
 *
 * @param security the producer's settings for TLS and credentials, checked; never shown
 */
record KafkaSettings(List<String> brokers, String topic, Map<String, String> security) {
    private static final String PROTOCOL = "security.protocol";
    private static final String MECHANISM = "sasl.mechanism";
    private static final String JAAS = "sasl.jaas.config";
    private static final Set<String> PROTOCOLS = Set.of("SSL", "SASL_SSL", "PLAINTEXT");
    private static final Set<String> MECHANISMS = Set.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512");
    private static final Pattern LOGIN = Pattern.compile(
            "\\s*org\\.apache\\.kafka\\.common\\.security\\.(?:plain\\.PlainLoginModule|scram\\.ScramLoginModule)"
                    + "\\s+required\\b[^;]*;\\s*");
    private static final Pattern BROKER =
            Pattern.compile("[A-Za-z0-9.\\-]{1,253}:[0-9]{1,5}|\\[[0-9a-fA-F:]+]:[0-9]{1,5}");
    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._\\-]{1,249}"); // spec: Kafka, Topic

    /** Who the brokers are and who the route is; all else is the route's to say. */
    private static final Set<String> TAKEN = Set.of(
            PROTOCOL,
            MECHANISM,
            JAAS,
            "ssl.truststore.type",
            "ssl.truststore.location",
            "ssl.truststore.password",
            "ssl.truststore.certificates",
            "ssl.keystore.type",
            "ssl.keystore.location",
            "ssl.keystore.password",
            "ssl.keystore.key",
            "ssl.keystore.certificate.chain",
            "ssl.key.password");

    /** @throws IllegalArgumentException naming the key whose value cannot be used */
    static KafkaSettings of(RouteConfig config) throws IOException {
        List<String> brokers = List.of(config.brokers());
        if (brokers.isEmpty()
                || !brokers.stream().allMatch(each -> BROKER.matcher(each).matches())) {
            throw new IllegalArgumentException(
                    "brokers: a list of HOST:PORT is needed, not " + Shown.of(brokers.toString()));
        }
        String topic = config.topic();
        if (!TOPIC.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
            throw new IllegalArgumentException(
                    "topic: 1 to 249 letters, digits or ._- are needed, not \"" + Shown.of(topic) + "\"");
        }
        return new KafkaSettings(brokers, topic, security(config.propertiesFile()));
    }

    private static Map<String, String> security(String file) throws IOException {
        Map<String, String> found = new HashMap<>(Map.of(PROTOCOL, "SSL"));
        if (!file.isBlank()) {
            var properties = new Properties();
            properties.load(new StringReader(PrivateFile.read(Path.of(file), "credentials for Kafka")));
            for (String name : properties.stringPropertyNames()) {
                require(TAKEN.contains(name), file, Shown.of(name) + " is not taken, only TLS and credentials");
                found.put(name, properties.getProperty(name).strip());
            }
        }
        require(
                PROTOCOLS.contains(found.get(PROTOCOL)),
                file,
                PROTOCOL + " is SSL, SASL_SSL, or PLAINTEXT, which protects nothing");
        boolean login = "SASL_SSL".equals(found.get(PROTOCOL));
        require(
                login == found.containsKey(MECHANISM) && login == found.containsKey(JAAS),
                file,
                PROTOCOL + "=SASL_SSL, " + MECHANISM + " and " + JAAS + " belong together");
        require(!login || MECHANISMS.contains(found.get(MECHANISM)), file, MECHANISM + " is one of " + MECHANISMS);
        require(
                !login || LOGIN.matcher(found.getOrDefault(JAAS, "")).matches(),
                file,
                JAAS + " names one login module, Kafka's PlainLoginModule or ScramLoginModule, as required;"
                        + " see docs/operate/routes.md");
        return Map.copyOf(found);
    }

    private static void require(boolean kept, String file, String what) {
        if (!kept) {
            throw new IllegalArgumentException("propertiesFile: in " + file + ": " + what);
        }
    }

    @Override
    public String toString() {
        return "Kafka topic " + topic + " at " + brokers;
    }
}
