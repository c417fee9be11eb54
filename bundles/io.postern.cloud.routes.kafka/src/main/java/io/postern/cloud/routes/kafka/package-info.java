// SPDX-License-Identifier: Apache-2.0
/** Routes to Kafka topics (SYS-07, HUB-33), the role of a stream. */
@NullMarked
package io.postern.cloud.routes.kafka;

import org.jspecify.annotations.NullMarked;
