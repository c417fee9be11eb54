// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.postern.ctl.support;

import org.jspecify.annotations.NullMarked;
