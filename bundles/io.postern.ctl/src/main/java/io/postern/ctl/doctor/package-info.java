// SPDX-License-Identifier: Apache-2.0
/** Looks at a machine as a technician would, and says in plain words what is wrong and what to do. */
@NullMarked
package io.postern.ctl.doctor;

import org.jspecify.annotations.NullMarked;
