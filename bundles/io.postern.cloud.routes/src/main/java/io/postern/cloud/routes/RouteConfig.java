// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.routes;

/** The keys of the PID {@code io.postern.cloud.route~NAME}. */
public @interface RouteConfig {
    /** What the route is called. */
    String name();

    /** The hub whose messages it takes; empty means the default hub. */
    String hub() default "";

    /** Which messages; empty means all. */
    String condition() default "";

    /** Where the route begins when it is new: {@code new} or {@code oldest}. */
    String start() default "new";

    /** The kind of target: {@code archive}, {@code webhook} or {@code kafka}. */
    String target();

    /** How many messages are delivered together at most. */
    int batch() default 100;

    /** How long a delivery is tried before the messages become dead letters. */
    String deliverFor() default "1h";

    /** Where messages go that cannot be delivered. */
    String deadLetterDirectory();

    /** The archive's folder. */
    String directory() default "";

    /** How large a file of the archive becomes, in bytes. */
    long rotateBytes() default 104_857_600;

    /** How old a file of the archive becomes. */
    String rotateAfter() default "1h";

    /** The webhook's address, https. */
    String url() default "";

    /** CA certificates, PEM, that lead to the webhook's; the roots of this Java when empty. */
    String caFile() default "";

    /** A file with the secret by which the webhook knows that a message comes from here. */
    String secretFile() default "";

    /** Kafka's bootstrap servers, {@code host:port}. */
    String[] brokers() default {};

    /** The Kafka topic. */
    String topic() default "";

    /** A file with TLS settings and credentials of the Kafka producer, for its owner's eyes alone. */
    String propertiesFile() default "";
}
