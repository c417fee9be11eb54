// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.tls;

/** What the listeners prove themselves with; asked at every handshake. */
sealed interface ServerCredentials permits PrivateCa, GivenCertificate {
    Credentials server();
}
