// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp.foreign;

import io.postern.gateway.amqp.ForeignBroker;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener.DefaultSystemLauncherListener;
import org.apache.qpid.server.model.Broker;
import org.apache.qpid.server.model.Exchange;
import org.apache.qpid.server.model.Queue;
import org.apache.qpid.server.model.SystemConfig;
import org.apache.qpid.server.model.VirtualHost;

/** Apache Qpid Broker-J, whose AMQP is its own; made by {@link ForeignBroker} in a class loader of its own. */
public final class QpidBroker implements ForeignBroker.Control {
    private final SystemLauncher launcher;
    private final Broker<?> broker;

    /**
     * @param configuration the broker's first one, in its own JSON
     * @param nothing an empty file
     */
    public QpidBroker(Path configuration, Path nothing) throws Exception {
        var seen = new AtomicReference<SystemConfig<?>>();
        launcher = new SystemLauncher(new DefaultSystemLauncherListener() {
            @Override
            public void onContainerResolve(SystemConfig<?> system) {
                seen.set(system);
            }
        });
        launcher.startup(Map.of(
                "type",
                "Memory",
                "initialConfigurationLocation",
                configuration.toUri().toString(),
                "initialSystemPropertiesLocation",
                nothing.toUri().toString(),
                "startupLoggedToSystemOut",
                false));
        broker = (Broker<?>) Objects.requireNonNull(seen.get()).getContainer();
    }

    @Override
    public int port() {
        return broker.getPorts().iterator().next().getBoundPort();
    }

    @Override
    public void deleteExchange(String name) {
        host().getChildByName(Exchange.class, name).delete();
    }

    @Override
    public void empty(String queue) {
        host().getChildByName(Queue.class, queue).clearQueue();
    }

    @Override
    public int depth(String queue) {
        return host().getChildByName(Queue.class, queue).getQueueDepthMessages();
    }

    private VirtualHost<?> host() {
        return broker.getVirtualHostNodes().iterator().next().getVirtualHost();
    }

    @Override
    public void close() {
        launcher.shutdown();
    }
}
