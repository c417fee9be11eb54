// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

/** What a route answers: everything at once, or events for as long as the client listens. */
public sealed interface Answer permits Reply, ServerSentEvents {}
