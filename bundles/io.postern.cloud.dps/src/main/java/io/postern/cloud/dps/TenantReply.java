// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps;

/** What the list of tenants answers to changes. */
public interface TenantReply {

    /** The answer to a creation. */
    sealed interface Creation {}

    /** The answer to a deletion. */
    sealed interface Deletion {}

    record Created(ProvisioningTenant tenant) implements Creation {}

    record AlreadyExists(TenantName name) implements Creation {}

    /** @param most how many tenants one service has */
    record TooMany(int most) implements Creation {}

    record Deleted(TenantName name) implements Deletion {}

    record NotFound(TenantName name) implements Deletion {}

    /** The default tenant stays as long as the service. */
    record Indispensable(TenantName name) implements Deletion {}
}
