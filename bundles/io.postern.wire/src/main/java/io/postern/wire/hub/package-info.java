// SPDX-License-Identifier: Apache-2.0
/** What a device and its hub say to each other: topics, property bags, twins, error bodies. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.wire.hub;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
