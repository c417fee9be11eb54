// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.spi.ConfigurationView;
import io.postern.gateway.spi.SettingsCheck;
import jakarta.json.JsonObject;
import org.osgi.service.component.annotations.Component;

/** Says whether the gateway could be put together with other settings. */
@Component
public final class GatewayCheck implements SettingsCheck {
    @Override
    public String pid() {
        return "io.postern.gateway";
    }

    @Override
    public void check(JsonObject values) {
        GatewayConfig config = ConfigurationView.of(GatewayConfig.class, values);
        GatewaySettings.of(config);
        GatewaySettings.leaves(config.leaves());
    }
}
