// SPDX-License-Identifier: Apache-2.0
/**
 * What a gateway proves itself with: a TPM, a certificate whose key a TPM or a file holds, a symmetric key. Exported for
 * adapters that read private files and certificates of their own.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.gateway.identity;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
