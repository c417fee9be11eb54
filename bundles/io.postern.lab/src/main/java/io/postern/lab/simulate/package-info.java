// SPDX-License-Identifier: Apache-2.0
/** {@code ./postern simulate}: instruments from their templates, for a technician to learn and to try with. */
@NullMarked
package io.postern.lab.simulate;

import org.jspecify.annotations.NullMarked;
