// SPDX-License-Identifier: Apache-2.0
/** Lists of devices as files: what a factory writes, an operator imports and a spreadsheet shows (RFC 4180). */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.wire.csv;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
