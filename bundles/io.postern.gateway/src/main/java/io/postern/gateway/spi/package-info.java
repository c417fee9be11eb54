// SPDX-License-Identifier: Apache-2.0
/** The ports of the gateway: what a driver, a store, a security module or a link to the cloud must keep. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.gateway.spi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
