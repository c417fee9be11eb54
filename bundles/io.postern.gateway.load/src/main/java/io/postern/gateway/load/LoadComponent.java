// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.load;

import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.ReadingSink;
import io.postern.wire.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * The load as a component, ruled by three commands of the control socket: {@code load.start} with {@code perSecond},
 * {@code total} and {@code lines}, {@code load.stop}, {@code load.status}.
 */
@Component(
        service = {},
        configurationPid = "io.postern.gateway.load",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class LoadComponent {
    private final BundleContext context;
    private final Optional<LoadSettings.Demand> begin;
    private final Load load;
    private final List<ServiceRegistration<ControlCommand>> commands = new ArrayList<>();

    /** The settings of {@code io.postern.gateway.load}. */
    public @interface Config {
        /** The file that account is kept in; goes on where it ended. */
        String ledger();

        /** What the leaves are called before their number from 0. */
        String prefix() default "load-";

        /** How many. */
        int leaves() default 1;

        /** Independent sequences of each leaf, so that one leaf can be offered more than one reading at a time. */
        int streams() default 1;

        /** {@code full} or readings a second, to begin at once; empty waits for the command. */
        String begin() default "";
    }

    @Activate
    public LoadComponent(
            Config config, BundleContext context, @Reference ReadingSink sink, @Reference GatewayClock clock)
            throws IOException {
        LoadSettings settings = LoadSettings.of(config);
        load = new Load(sink, settings, clock::stamp);
        this.context = context;
        begin = settings.begin();
    }

    /** What has been begun here is ended by {@link #close}; what a constructor begins need not be. */
    @Activate
    void start() {
        register("load.start", "offers readings", true, arguments -> {
            load.start(new LoadSettings.Demand(
                    number(arguments, "perSecond"),
                    (long) number(arguments, "total"),
                    (int) number(arguments, "lines"),
                    (int) number(arguments, "leaves")));
            return status();
        });
        register("load.stop", "ends what load.start began", true, arguments -> {
            load.stop();
            return status();
        });
        register("load.status", "what was offered and accepted", false, arguments -> status());
        begin.ifPresent(load::start);
    }

    @Deactivate
    void close() {
        commands.forEach(ServiceRegistration::unregister);
        load.close();
    }

    private JsonObject status() {
        Load.Status status = load.status();
        return Json.object()
                .add("running", status.running())
                .add("accepted", status.accepted())
                .add("refused", status.refused())
                .add("leftOut", status.leftOut())
                .add("elapsedMs", status.elapsed().toMillis())
                .add("p50Micros", status.p50Micros())
                .add("p99Micros", status.p99Micros())
                .add("lastRefusal", status.lastRefusal())
                .build();
    }

    private void register(String name, String summary, boolean changes, Function<JsonObject, JsonObject> work) {
        commands.add(context.registerService(
                ControlCommand.class, new Command(name, summary, changes, work), new Hashtable<>()));
    }

    private static double number(JsonObject arguments, String name) {
        return arguments.get(name) instanceof JsonNumber number ? number.doubleValue() : 0;
    }

    private record Command(String name, String summary, boolean changes, Function<JsonObject, JsonObject> work)
            implements ControlCommand {
        @Override
        public boolean remote() {
            return false;
        }

        @Override
        public JsonObject run(JsonObject arguments, Progress progress) {
            return work.apply(arguments);
        }
    }
}
