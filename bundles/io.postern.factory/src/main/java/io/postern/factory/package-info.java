// SPDX-License-Identifier: Apache-2.0
/** What is done where devices are made, on a machine without a network: TPMs are read, keys derived, certificates issued (DPS-03). */
@NullMarked
package io.postern.factory;

import org.jspecify.annotations.NullMarked;
