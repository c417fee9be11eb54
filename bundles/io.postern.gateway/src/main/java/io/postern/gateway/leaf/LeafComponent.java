// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.leaf;

import io.postern.sensor.TemplateException;
import java.io.IOException;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** One leaf for each configuration {@code io.postern.gateway.leaf~NAME}. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.postern.gateway.leaf",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class LeafComponent {
    @interface Config {
        /** The device identity the readings are sent under. */
        String leaf() default "";

        /** What kind of instrument it is: the name of a template. */
        String template() default "";

        /** The role of the line it is on; empty for instruments that are on none. */
        String line() default "";

        /** Where it is, as its driver says it, such as {@code unit:7}. */
        String address() default "";

        /** How often all its fields are read; empty for what the template says. */
        String period() default "";

        /** Who decides that the instrument found first is the one that is meant: {@code auto} or {@code manual}. */
        String approval() default "auto";

        /** How often it is asked who it is. */
        String check() default "10m";
    }

    private final Leaves.Membership membership;

    @Activate
    public LeafComponent(@Reference LeavesComponent leaves, Config config, Map<String, Object> properties)
            throws IOException {
        try {
            membership = leaves.add(LeafSettings.of(config), String.valueOf(properties.get("service.pid")));
        } catch (TemplateException e) {
            throw new IllegalArgumentException("template: " + e.getMessage(), e);
        }
    }

    @Deactivate
    void close() {
        membership.close();
    }
}
