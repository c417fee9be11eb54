// SPDX-License-Identifier: Apache-2.0
/**
 * Routes from a hub to those who use its data (SYS-07, HUB-33): which messages, to where, and what becomes of those that
 * cannot be delivered.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.routes;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
