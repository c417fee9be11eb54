// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

/** The keys of the PID {@code io.postern.gateway}; {@link GatewaySettings} checks them. */
public @interface GatewayConfig {
    /** The tenant of the provisioning service. */
    String idScope() default "";

    String provisioningHost() default "";

    int provisioningPort() default 443;

    /**
     * Over what to reach the provisioning service, in the order to try: {@code https}, {@code mqtt}, {@code mqtt-ws},
     * {@code amqp}, {@code amqp-ws}, each with {@code :port} when it is not the usual one.
     */
    String[] transports() default {};

    /**
     * Over what to reach hubs, in the order to try, as {@code transports}; empty leaves the choice to the gateway: what
     * suits the number of its leaves first.
     */
    String[] hubTransports() default {};

    /** Ports of hubs that are not the usual ones, each {@code transport:port}. */
    String[] hubPorts() default {};

    /** With more leaves than these AMQP comes before MQTT. */
    int amqpAbove() default 50;

    /** The site's proxy, {@code http://host:port} or {@code socks5://host:port}; for provisioning, token service and hubs. */
    String proxy() default "";

    /** A file with {@code user:password} for the proxy. */
    String proxyCredentialsFile() default "";

    /** The service that gives tokens for leaves; without it leaves do not speak, the gateway alone does. */
    String tokenHost() default "";

    int tokenPort() default 443;

    /** Root certificates of both services and of the hubs, PEM; empty means those of the Java runtime. */
    String caFile() default "";

    /** The certificate whose key may replace the certificates in {@code caFile}, PEM; empty means only people may. */
    String trustSignerFile() default "";

    /** How the gateway proves itself: {@code tpm}, {@code x509-tpm}, {@code x509-file} or {@code symmetric-key}. */
    String identity() default "tpm";

    /** The gateway's certificate and those of its issuers, PEM; for {@code x509-tpm} and {@code x509-file}. */
    String certificateFile() default "";

    /** The private key, PEM, for {@code x509-file}; the key in base64 for {@code symmetric-key}. */
    String keyFile() default "";

    /** Under which name the gateway registers; empty means the one its TPM provides. */
    String registrationId() default "";

    /** What the gateway is, a DTMI. */
    String modelId() default "";

    /** What the provisioning service is told at registration besides, a JSON object. */
    String payload() default "";

    /** Hubs whose distance is measured and told at registration, {@code host} or {@code host:port}. */
    String[] latencyHubs() default {};

    /** The leaf devices: {@code id} or {@code id=modelId}. */
    String[] leaves() default {};

    /** How many sessions with the hub are opened at once. */
    int openingsAtOnce() default 50;

    /** How many sessions all identities together may open in an hour. */
    int openingsPerHour() default 12_000;

    /** How many sessions one identity may open in an hour. */
    int openingsPerHourEach() default 240;

    /** Where milestones are told as JSON lines; empty means only in the log. */
    String timelineFile() default "";

    /** Where it always stands how far the gateway is on its way to its hub; empty means only in the log. */
    String stateFile() default "";

    /** Whether the time is sure once the operating system says that its clock is synchronised, by NTP or PTP. */
    boolean trustSystemTime() default true;
}
