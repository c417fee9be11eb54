// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes.kafka;

import io.postern.cloud.routes.DeliveryException;
import io.postern.cloud.routes.RouteTarget;
import io.postern.cloud.routes.RoutedMessage;
import io.postern.wire.Shown;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages to a topic, the device's name as the key, {@link RoutedMessage#json} as the value, and its place in the
 * hub's stream in the header {@code sequence}. All replicas in sync have a message before it counts as delivered.
 *
 * <p>A device's messages stand in one partition in their order. After a failure a batch is written again from its first
 * message on, by a producer of its own, so that nothing of the failed try comes in between.
 */
final class KafkaTarget implements RouteTarget {
    private static final Duration GOODBYE = Duration.ofSeconds(2);
    private static final String SEQUENCE = "sequence";

    private final KafkaSettings settings;
    private final Map<String, Object> producerSettings;
    private @Nullable KafkaProducer<String, byte[]> producer; // of the route's thread

    KafkaTarget(KafkaSettings settings) {
        this.settings = settings;
        this.producerSettings = producerSettings(settings);
        try {
            inOwnLoader(() -> new ProducerConfig(producerSettings));
        } catch (ConfigException e) {
            throw new IllegalArgumentException("propertiesFile: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> producerSettings(KafkaSettings settings) {
        Map<String, Object> all = new HashMap<>(settings.security());
        all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.brokers());
        all.put(ProducerConfig.CLIENT_ID_CONFIG, "postern-" + settings.topic());
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none"); // codecs are native code
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20); // a batch beyond it waits for room
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000); // a broker that is there answers within one
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000); // three requests; then the route counts a failure
        all.put(
                ProducerConfig.ENABLE_METRICS_PUSH_CONFIG,
                false); // nothing of this machine goes to the brokers unasked
        all.put(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, List.of());
        return all;
    }

    @Override
    public void deliver(List<RoutedMessage> messages) throws DeliveryException, InterruptedException {
        try {
            KafkaProducer<String, byte[]> open = open();
            List<Future<?>> sent = new ArrayList<>();
            for (RoutedMessage message : messages) {
                Future<?> each = open.send(recordOf(message));
                if (each.isDone()) {
                    each.get(); // without a broker each call waits for one: the first is enough
                }
                sent.add(each);
            }
            open.flush();
            for (Future<?> each : sent) {
                each.get();
            }
        } catch (InterruptException e) {
            abandon();
            Thread.interrupted(); // the client sets the flag, too
            throw new InterruptedException();
        } catch (ExecutionException e) {
            abandon();
            throw failure(e.getCause() == null ? e : e.getCause());
        } catch (KafkaException e) {
            abandon();
            throw failure(e);
        }
    }

    private ProducerRecord<String, byte[]> recordOf(RoutedMessage message) {
        var fresh = new ProducerRecord<>(
                settings.topic(), message.key(), message.json().toString().getBytes(StandardCharsets.UTF_8));
        fresh.headers().add(SEQUENCE, Long.toString(message.sequence()).getBytes(StandardCharsets.US_ASCII));
        return fresh;
    }

    private KafkaProducer<String, byte[]> open() {
        KafkaProducer<String, byte[]> known = producer;
        if (known == null) {
            known = inOwnLoader(() -> new KafkaProducer<>(producerSettings));
            producer = known;
        }
        return known;
    }

    /** Kafka finds classes by their names with the thread's loader, which knows none of them in a framework. */
    private static <T> T inOwnLoader(Supplier<T> made) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(KafkaProducer.class.getClassLoader());
        try {
            return made.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private DeliveryException failure(Throwable why) {
        if (why instanceof RecordTooLargeException || why instanceof InvalidRecordException) {
            return DeliveryException.refused(settings + " does not take a message: " + said(why));
        }
        Throwable root = why;
        while (root instanceof KafkaException && root.getClass() == KafkaException.class && root.getCause() != null) {
            root = root.getCause();
        }
        return DeliveryException.failed("cannot write to " + settings + ": " + plain(root), Optional.empty(), why);
    }

    private static String plain(Throwable why) {
        String remedy =
                switch (why) {
                    case SslAuthenticationException _ ->
                        "TLS fails; look at the brokers' certificate and at ssl.truststore.* in propertiesFile";
                    case SaslAuthenticationException _ -> "the brokers do not know the credentials of propertiesFile";
                    case AuthorizationException _ -> "whoever the route is there may not write; allow it in Kafka";
                    case TimeoutException _ -> "no answer in time; are the brokers up, and is the topic made?";
                    case ConfigException _ -> "the brokers' names or propertiesFile cannot be used";
                    default -> why.getClass().getSimpleName();
                };
        return remedy + " (" + said(why) + ")";
    }

    private static String said(Throwable why) {
        return Shown.of(String.valueOf(why.getMessage()));
    }

    private void abandon() {
        KafkaProducer<String, byte[]> known = producer;
        producer = null;
        if (known != null) {
            boolean interrupted = Thread.interrupted(); // closing waits
            known.close(Duration.ZERO);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        KafkaProducer<String, byte[]> known = producer;
        producer = null;
        if (known != null) {
            known.close(GOODBYE);
        }
    }
}
