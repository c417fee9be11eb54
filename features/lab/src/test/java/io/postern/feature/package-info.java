// SPDX-License-Identifier: Apache-2.0
/** What only shows when everything is there: the directions between bundles, and both sides at work. */
@NullMarked
package io.postern.feature;

import org.jspecify.annotations.NullMarked;
