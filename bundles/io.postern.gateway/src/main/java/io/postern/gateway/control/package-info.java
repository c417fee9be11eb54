// SPDX-License-Identifier: Apache-2.0
/** What can be asked of this gateway by who stands before it, and by its hub: commands, and the socket they come through. */
@NullMarked
package io.postern.gateway.control;

import org.jspecify.annotations.NullMarked;
