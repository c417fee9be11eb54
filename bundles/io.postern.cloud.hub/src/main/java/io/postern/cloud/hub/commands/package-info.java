// SPDX-License-Identifier: Apache-2.0
/** What the cloud tells one device and must not get lost: the queue of each device, and what became of its commands. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.hub.commands;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
