// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

/** The keys of the PID {@code io.postern.gateway}; {@link GatewaySettings} checks them. */
public @interface GatewayConfig {
    /** The tenant of the provisioning service. */
    String idScope() default "";

    String provisioningHost() default "";

    int provisioningPort() default 443;

    /** The service that gives tokens for leaves. */
    String tokenHost() default "";

    int tokenPort() default 443;

    /** Root certificates of both services, PEM; empty means those of the Java runtime. */
    String caFile() default "";

    /** Under which name the gateway registers; empty means the one its TPM provides. */
    String registrationId() default "";

    /** The leaf devices: {@code id} or {@code id=modelId}. */
    String[] leaves() default {};

    /** Where milestones are told as JSON lines; empty means only in the log. */
    String timelineFile() default "";
}
