// SPDX-License-Identifier: Apache-2.0
/** What both listeners of the cloud side share: its host names, its files, its event loops. */
@NullMarked
package io.postern.cloud.endpoint;

import org.jspecify.annotations.NullMarked;
