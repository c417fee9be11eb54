// SPDX-License-Identifier: Apache-2.0
/** What the project promises and which promises the last test run has proven. */
@NullMarked
package io.postern.ctl.mission;

import org.jspecify.annotations.NullMarked;
