// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.ConfigurationView;
import io.postern.gateway.spi.SettingsCheck;
import jakarta.json.JsonObject;
import org.osgi.service.component.annotations.Component;

/** Says whether a line could be configured so. */
@Component
public final class LineCheck implements SettingsCheck {
    @Override
    public String pid() {
        return "io.postern.gateway.serial";
    }

    @Override
    public void check(JsonObject values) {
        SerialSettings.parse(ConfigurationView.of(SerialLineComponent.Config.class, values));
    }
}
