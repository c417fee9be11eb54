// SPDX-License-Identifier: Apache-2.0
/** The control packets of MQTT 3.1.1 as a server reads and writes them, on the cloud side and at the gateway's own endpoint. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.wire.mqtt;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
