// SPDX-License-Identifier: Apache-2.0
/**
 * One hub: who exists (identities), who may do what (policies, gatekeeper), what they should be (twins), who is here
 * (sessions) and what they said (events). These change in one transaction and end one another's sessions, so they share
 * a package and show only what callers need; what merely stands on them has a package of its own.
 */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.cloud.hub;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
