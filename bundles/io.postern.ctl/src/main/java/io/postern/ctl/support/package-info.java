// SPDX-License-Identifier: Apache-2.0
/** {@code postern support}: what somebody elsewhere needs to help, in one file, without secrets. */
@NullMarked
package io.postern.ctl.support;

import org.jspecify.annotations.NullMarked;
