// SPDX-License-Identifier: Apache-2.0
/** Both sides of Postern on one machine, with a software TPM and simulated sensors. */
@NullMarked
package io.postern.lab;

import org.jspecify.annotations.NullMarked;
