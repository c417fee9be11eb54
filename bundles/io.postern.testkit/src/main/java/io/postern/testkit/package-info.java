// SPDX-License-Identifier: Apache-2.0
/** Real parts, movable clocks and waiting with a deadline, for tests only. */
@NullMarked
package io.postern.testkit;

import org.jspecify.annotations.NullMarked;
