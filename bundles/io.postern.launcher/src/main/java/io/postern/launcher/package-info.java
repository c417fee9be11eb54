// SPDX-License-Identifier: Apache-2.0
/** Starts a feature on the OSGi framework. The only code of Postern on the class path of a running side. */
@NullMarked
package io.postern.launcher;

import org.jspecify.annotations.NullMarked;
