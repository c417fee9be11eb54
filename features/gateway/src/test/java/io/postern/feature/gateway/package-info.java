// SPDX-License-Identifier: Apache-2.0
/** The gateway feature, started as it is shipped. */
@NullMarked
package io.postern.feature.gateway;

import org.jspecify.annotations.NullMarked;
