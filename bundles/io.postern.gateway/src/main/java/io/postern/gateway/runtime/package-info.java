// SPDX-License-Identifier: Apache-2.0
/** The gateway as a whole: its settings, the order in which it starts, what it tells of itself. */
@NullMarked
package io.postern.gateway.runtime;

import org.jspecify.annotations.NullMarked;
