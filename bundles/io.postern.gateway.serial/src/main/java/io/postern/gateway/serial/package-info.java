// SPDX-License-Identifier: Apache-2.0
/** Serial lines: one owner thread per port, tasks by deadline, ports that come back. Alone knows jSerialComm. */
@NullMarked
package io.postern.gateway.serial;

import org.jspecify.annotations.NullMarked;
