// SPDX-License-Identifier: Apache-2.0
/** The HTTPS listener of the cloud side and its routes: bytes in, a call, bytes out. */
@NullMarked
package io.postern.cloud.endpoint.http;

import org.jspecify.annotations.NullMarked;
