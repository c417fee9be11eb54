// SPDX-License-Identifier: Apache-2.0
/** The hub's service side over AMQP: events the way Event Hubs gives them, commands to devices, feedback. */
@NullMarked
package io.postern.cloud.endpoint.amqp.service;

import org.jspecify.annotations.NullMarked;
