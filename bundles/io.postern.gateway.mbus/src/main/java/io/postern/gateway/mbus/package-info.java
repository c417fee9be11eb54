// SPDX-License-Identifier: Apache-2.0
/** Reads meters on an M-Bus, by primary or secondary address, over a line with a level converter. */
@NullMarked
package io.postern.gateway.mbus;

import org.jspecify.annotations.NullMarked;
