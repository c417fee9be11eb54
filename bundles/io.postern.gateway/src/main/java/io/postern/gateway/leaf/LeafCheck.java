// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.gateway.spi.ConfigurationView;
import io.postern.gateway.spi.SettingsCheck;
import jakarta.json.JsonObject;
import org.osgi.service.component.annotations.Component;

/** Says whether a leaf could be configured so. */
@Component
public final class LeafCheck implements SettingsCheck {
    @Override
    public String pid() {
        return "io.postern.gateway.leaf";
    }

    @Override
    public void check(JsonObject values) {
        LeafSettings.of(ConfigurationView.of(LeafComponent.Config.class, values));
    }
}
