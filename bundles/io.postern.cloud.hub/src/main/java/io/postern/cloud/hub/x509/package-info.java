// SPDX-License-Identifier: Apache-2.0
/** Certificates of devices and of those who issue them: reading, showing, checking and keeping the list of CAs. Nothing here is secret. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.hub.x509;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
