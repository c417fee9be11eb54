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

    /** The site's HTTP proxy, {@code http://host:port}; for provisioning and token service. */
    String proxy() default "";

    /** A file with {@code user:password} for the proxy. */
    String proxyCredentialsFile() default "";

    /** The service that gives tokens for leaves. */
    String tokenHost() default "";

    int tokenPort() default 443;

    /** Root certificates of both services, PEM; empty means those of the Java runtime. */
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

    /** Where milestones are told as JSON lines; empty means only in the log. */
    String timelineFile() default "";

    /** Where it always stands how far the gateway is on its way to its hub; empty means only in the log. */
    String stateFile() default "";
}
