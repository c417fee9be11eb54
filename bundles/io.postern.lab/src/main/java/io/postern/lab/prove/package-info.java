// SPDX-License-Identifier: Apache-2.0
/** Long proofs against a cloud side in a process of its own: that nothing is lost, mixed up or exhausted. */
@NullMarked
package io.postern.lab.prove;

import org.jspecify.annotations.NullMarked;
