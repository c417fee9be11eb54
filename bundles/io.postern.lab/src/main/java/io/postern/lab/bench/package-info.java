// SPDX-License-Identifier: Apache-2.0
/** Measurements: each runs the product as a user would and prints medians with their spread. */
@NullMarked
package io.postern.lab.bench;

import org.jspecify.annotations.NullMarked;
