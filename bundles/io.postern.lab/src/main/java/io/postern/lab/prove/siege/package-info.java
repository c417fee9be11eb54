// SPDX-License-Identifier: Apache-2.0
/** Strangers and devices that misbehave together. */
@NullMarked
package io.postern.lab.prove.siege;

import org.jspecify.annotations.NullMarked;
