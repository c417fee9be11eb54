// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.gateway.spi.ControlCommand;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The page of metrics: for the control socket always, at a port of this machine when one is configured. */
@Component(service = ControlCommand.class, immediate = true, configurationPid = "io.postern.gateway.health")
public final class MetricsComponent implements ControlCommand {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsComponent.class);

    @interface Config {
        /** Where Prometheus finds the page, over plain HTTP; 0 is nowhere. */
        int metricsPort() default 0;

        /** An address of this machine alone. */
        String metricsAddress() default "127.0.0.1";
    }

    private final GatewayMetrics metrics;
    private final Optional<MetricsDoor> door;

    /**
     * @throws IllegalArgumentException naming the key whose value is of no use
     * @throws IOException when the port cannot be had
     */
    @Activate
    public MetricsComponent(
            Config config, BundleContext context, @Reference Parts parts, @Reference HealthComponent health)
            throws IOException {
        metrics = new GatewayMetrics(
                parts,
                health.desk(),
                ProcessFigures.own(),
                context.getBundle().getVersion().toString());
        if (config.metricsPort() < 0 || config.metricsPort() > 65535) {
            throw new IllegalArgumentException("metricsPort: 1 to 65535, or 0 for none, not " + config.metricsPort());
        }
        door = config.metricsPort() == 0
                ? Optional.empty()
                : Optional.of(MetricsDoor.open(address(config), config.metricsPort(), metrics::page));
        door.ifPresent(open -> LOG.atInfo()
                .addKeyValue("address", config.metricsAddress())
                .addKeyValue("port", open.port())
                .log("metrics at /metrics"));
    }

    @Override
    public String name() {
        return "metrics.show";
    }

    @Override
    public String summary() {
        return "what the gateway counts, in the text format of Prometheus";
    }

    @Override
    public boolean changes() {
        return false;
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public JsonObject run(JsonObject arguments, Progress progress) throws InterruptedException {
        return Json.object().add("text", metrics.page()).build();
    }

    @Deactivate
    void close() {
        door.ifPresent(MetricsDoor::close);
    }

    private static InetAddress address(Config config) {
        try {
            return InetAddress.ofLiteral(config.metricsAddress());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "metricsAddress: 127.0.0.1 or ::1, not \"" + config.metricsAddress() + "\"", e);
        }
    }
}
