// SPDX-License-Identifier: Apache-2.0
/** TPM 2.0 structures as they travel between a gateway and the provisioning service. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.wire.tpm;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
