// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.x509;

import java.util.List;

/** Where one list of CAs is kept; what a call has written is durable when it returns. */
public interface CaStore {
    /** In the order of their names. */
    List<CaCertificate> readAll();

    /** Adds, or replaces the entry of that name. */
    void write(CaCertificate entry);

    void delete(CaName name);
}
