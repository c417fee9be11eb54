// SPDX-License-Identifier: Apache-2.0
/** What every driver keeps, as a test that a driver's own test extends; for drivers of strangers, too. */
@Export
@Version("0.1.0")
@NullMarked
package io.postern.drivertest;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
