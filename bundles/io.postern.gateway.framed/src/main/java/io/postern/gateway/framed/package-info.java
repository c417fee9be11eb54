// SPDX-License-Identifier: Apache-2.0
/** Reads instruments that speak in frames of their own over a line: those that talk by themselves and those that are asked. */
@NullMarked
package io.postern.gateway.framed;

import org.jspecify.annotations.NullMarked;
