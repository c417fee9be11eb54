// SPDX-License-Identifier: Apache-2.0
/** Who reads the event stream: consumer groups and their readers. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.hub.events;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
