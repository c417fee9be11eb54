// SPDX-License-Identifier: Apache-2.0
/**
 * The people who work with one cloud, their roles and passwords (HUB-32). To the hubs and the provisioning service a
 * signed-in user is a shared access policy like any other, so every protocol and every client takes users in.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.users;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
