// SPDX-License-Identifier: Apache-2.0
/** The token service alone, started as it is shipped. */
@NullMarked
package io.postern.feature.tokens;

import org.jspecify.annotations.NullMarked;
