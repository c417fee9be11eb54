// SPDX-License-Identifier: Apache-2.0
/** The provisioning service over HTTPS: what devices, operators and the people who work with a cloud ask of it. */
@NullMarked
package io.postern.cloud.endpoint.http.dps;

import org.jspecify.annotations.NullMarked;
