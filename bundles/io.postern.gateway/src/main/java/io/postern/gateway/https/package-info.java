// SPDX-License-Identifier: Apache-2.0
/** HTTPS to the cloud: trust anchors, one bounded exchange, the way to the provisioning service. */
@NullMarked
package io.postern.gateway.https;

import org.jspecify.annotations.NullMarked;
