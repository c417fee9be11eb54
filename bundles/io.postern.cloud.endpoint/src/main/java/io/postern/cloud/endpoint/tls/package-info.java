// SPDX-License-Identifier: Apache-2.0
/** The private certificate authority of the cloud side and the TLS settings of both listeners. */
@NullMarked
package io.postern.cloud.endpoint.tls;

import org.jspecify.annotations.NullMarked;
