// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

/**
 * A way to a provisioning service that can carry the TPM's nonce challenge. HTTP and AMQP can, MQTT cannot: a
 * provisioner that attests with a TPM asks for this type and the compiler keeps the rest out.
 */
public interface NonceDpsLink extends DpsLink {}
