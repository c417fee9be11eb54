// SPDX-License-Identifier: Apache-2.0
/**
 * One hub: who exists (identities), who may do what (policies, gatekeeper), what they should be (twins), who is here
 * (sessions) and what they said (events).
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.hub;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
