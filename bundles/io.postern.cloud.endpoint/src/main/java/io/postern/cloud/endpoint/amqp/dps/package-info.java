// SPDX-License-Identifier: Apache-2.0
/** Registration of devices over AMQP: what the provisioning service says on its links. */
@NullMarked
package io.postern.cloud.endpoint.amqp.dps;

import org.jspecify.annotations.NullMarked;
