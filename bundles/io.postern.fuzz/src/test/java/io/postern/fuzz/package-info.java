// SPDX-License-Identifier: Apache-2.0
/** Random octets for all that reads what a stranger sends, and the inputs that once found something. */
@NullMarked
package io.postern.fuzz;

import org.jspecify.annotations.NullMarked;
