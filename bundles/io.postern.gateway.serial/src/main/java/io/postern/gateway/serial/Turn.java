// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.Line;

/** What the line's thread does next. */
sealed interface Turn permits Timetable.Entry, WaitingErrand {
    String name();

    Line.Task task();
}
