// SPDX-License-Identifier: Apache-2.0
/** For who writes templates: whether one can be used, what it says, which there are. */
@NullMarked
package io.postern.ctl.template;

import org.jspecify.annotations.NullMarked;
