// SPDX-License-Identifier: Apache-2.0
/** Direct methods: one question to a connected device, one answer, nothing kept. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.hub.methods;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
