// SPDX-License-Identifier: Apache-2.0
/** The gateway's own time: what is believed of which source, and how stamps are corrected when it becomes known. */
@NullMarked
package io.postern.gateway.time;

import org.jspecify.annotations.NullMarked;
