// SPDX-License-Identifier: Apache-2.0
/**
 * TPMs that arrive by the pallet: lists of endorsement-key hashes, certificate chains to the TPM's vendor, and the word on
 * where a TPM comes from. An extension of ours (DEC-1) that devices and official clients do not notice.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.dps.shipment;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
