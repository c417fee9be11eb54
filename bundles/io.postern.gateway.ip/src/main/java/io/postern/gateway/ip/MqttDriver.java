// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.ip;

import io.postern.gateway.spi.Driver;
import io.postern.gateway.spi.Instrument;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.message.MessageMap;
import io.postern.wire.Shown;
import java.time.Duration;
import java.util.regex.Pattern;

/** The driver {@code mqtt}: what connects under one user name is one instrument. */
final class MqttDriver implements Driver {
    /** Can stand in a topic and in a file of credentials. */
    static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final Endpoint endpoint;

    MqttDriver(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public String name() {
        return "mqtt";
    }

    @Override
    public Instrument instrument(Template template, String address) throws TemplateException {
        MessageMap map = MessageMap.of(template);
        if (!ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException(
                    "address: the user name of the sensor, 1 to 64 letters, digits, dots, hyphens and underscores, not \""
                            + Shown.of(address) + "\"");
        }
        return (Instrument.Watched) (Duration _, Instrument.Listener listener) -> {
            var watch = new SensorWatch(address, map, listener, endpoint);
            endpoint.expect(address, watch);
            return watch;
        };
    }
}
