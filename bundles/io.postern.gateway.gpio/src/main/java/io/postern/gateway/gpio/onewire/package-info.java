// SPDX-License-Identifier: Apache-2.0
/** The driver onewire: thermometers through the kernel's tree in sysfs. */
@NullMarked
package io.postern.gateway.gpio.onewire;

import org.jspecify.annotations.NullMarked;
