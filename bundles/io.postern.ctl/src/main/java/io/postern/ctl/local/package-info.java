// SPDX-License-Identifier: Apache-2.0
/** The technician's command line: speaks to the gateway on this machine through its control socket. */
@NullMarked
package io.postern.ctl.local;

import org.jspecify.annotations.NullMarked;
