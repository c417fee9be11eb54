// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.spi;

import java.util.Map;

/** Where whoever looks after the gateway's parts writes which of them are not well; the gateway tells its hub. */
public interface HealthBoard {
    /** @param unwell {@code warning} or {@code fault} by the name of the check; the whole of it, empty when all is well */
    void post(Map<String, String> unwell);
}
