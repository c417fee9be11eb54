// SPDX-License-Identifier: Apache-2.0
/** The registry in and out: identities as JSON, many at once, by lines, and by jobs that read and write blob containers. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.hub.transfer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
