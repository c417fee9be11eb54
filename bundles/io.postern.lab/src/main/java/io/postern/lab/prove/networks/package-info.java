// SPDX-License-Identifier: Apache-2.0
/** That a gateway loses nothing, and stays calm, whatever the network between it and its hub does. */
@NullMarked
package io.postern.lab.prove.networks;

import org.jspecify.annotations.NullMarked;
