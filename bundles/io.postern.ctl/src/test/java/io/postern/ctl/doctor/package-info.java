// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.postern.ctl.doctor;

import org.jspecify.annotations.NullMarked;
