// SPDX-License-Identifier: Apache-2.0
/** Brings what the framework and its services log to where everything else logs. */
@NullMarked
package io.postern.logging;

import org.jspecify.annotations.NullMarked;
