// SPDX-License-Identifier: Apache-2.0
/** That a gateway's history is right whatever the clock of its machine says. */
@NullMarked
package io.postern.lab.prove.clock;

import org.jspecify.annotations.NullMarked;
