// SPDX-License-Identifier: Apache-2.0
/**
 * The provisioning service: who may register and how it proves itself (enrollments, attestation), where it goes
 * (allocation, linked hub), and what became of it (registration records, operations meter).
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.dps;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
