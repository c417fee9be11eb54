// SPDX-License-Identifier: Apache-2.0
/** A site's own CA and the certificates it issues (RFC 5280); Bouncy Castle stays in here. */
@NullMarked
package io.postern.factory.x509;

import org.jspecify.annotations.NullMarked;
