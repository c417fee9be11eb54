// SPDX-License-Identifier: Apache-2.0
/** Finds out what is on a bus and what is wrong with it, and says so in plain words with the evidence. */
@NullMarked
package io.postern.gateway.wizard;

import org.jspecify.annotations.NullMarked;
