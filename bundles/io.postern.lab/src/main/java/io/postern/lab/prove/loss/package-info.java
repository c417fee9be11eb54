// SPDX-License-Identifier: Apache-2.0
/** That a gateway loses no reading it has accepted, whoever is away and whatever is killed. */
@NullMarked
package io.postern.lab.prove.loss;

import org.jspecify.annotations.NullMarked;
