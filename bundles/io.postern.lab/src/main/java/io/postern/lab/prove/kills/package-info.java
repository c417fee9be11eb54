// SPDX-License-Identifier: Apache-2.0
/** Kills of the cloud side under load, and what clients had been acknowledged before each. */
@NullMarked
package io.postern.lab.prove.kills;

import org.jspecify.annotations.NullMarked;
