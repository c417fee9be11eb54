// SPDX-License-Identifier: Apache-2.0
/** The cloud feature, started as it is shipped. */
@NullMarked
package io.postern.feature.cloud;

import org.jspecify.annotations.NullMarked;
