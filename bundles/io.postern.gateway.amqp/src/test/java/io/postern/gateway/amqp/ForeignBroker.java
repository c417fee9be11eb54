// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.amqp;

import io.postern.gateway.spi.Channel;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * A broker of others, in this JVM: Apache Qpid Broker-J. It knows nothing of hubs, so what a hub has is laid out in its
 * terms: a queue to take from for each address, and for each device an exchange by the end of the address it sends to.
 */
public final class ForeignBroker implements AutoCloseable {
    private static final String OTHERS = "org.apache.qpid.server.";
    private static final String OURS = ForeignBroker.class.getPackageName() + ".foreign.";

    private static final Logger LOG = Logger.getLogger("qpid.message"); // held, or its level is forgotten

    private final String address;
    private final Control control;

    /** What is asked of it beside AMQP. */
    public interface Control extends AutoCloseable {
        int port();

        void deleteExchange(String name);

        void empty(String queue);

        int depth(String queue);

        @Override
        void close();
    }

    /** What is sent to {@code /devices/}device{@code /}end is there to be taken from {@code queue}. */
    record Route(DeviceId device, String end, String queue) {}

    /** That who takes from a queue and asks for nothing else gets messages with {@code property} only. */
    static JsonObject filter(String property) {
        String name = "x-filter-jms-selector";
        return Json.object()
                .add(name, Json.object().add(name, Json.array().add(property + " IS NOT NULL")))
                .build();
    }

    /**
     * @param address to listen at
     * @param host the name it goes by
     * @param queues to be taken from, each with its further attributes
     */
    static ForeignBroker start(
            Path directory, String address, String host, List<JsonObjectBuilder> queues, List<Route> routes)
            throws Exception {
        LOG.setLevel(Level.SEVERE); // it tells of each queue
        JsonArrayBuilder exchanges = Json.array();
        routes.stream().collect(Collectors.groupingBy(Route::device)).forEach((device, own) -> {
            JsonArrayBuilder bindings = Json.array();
            own.forEach(each -> bindings.add(Json.object()
                    .add("destination", each.queue)
                    .add("bindingKey", each.end)
                    .add("arguments", Json.object())));
            exchanges.add(Json.object()
                    .add("name", device.text())
                    .add("type", "direct")
                    .add("unroutableMessageBehaviour", "REJECT")
                    .add("durableBindings", bindings));
        });
        JsonArrayBuilder taken = Json.array();
        queues.forEach(taken::add);
        String nodes = Json.object()
                .add("type", "Memory")
                .add("globalAddressDomains", Json.array().add("/devices"))
                .add("queues", taken)
                .add("exchanges", exchanges)
                .build()
                .toString();
        String all = Json.object()
                .add("name", "foreign")
                .add("modelVersion", "9.0")
                .add(
                        "authenticationproviders",
                        Json.array().add(Json.object().add("name", "anyone").add("type", "Anonymous")))
                .add(
                        "ports",
                        Json.array()
                                .add(Json.object()
                                        .add("name", "AMQP")
                                        .add("port", "0")
                                        .add("bindingAddress", address)
                                        .add("authenticationProvider", "anyone")
                                        .add("protocols", Json.array().add("AMQP_1_0"))
                                        .add("context", Json.object().add("qpid.port.heartbeatDelay", "2"))
                                        .add(
                                                "virtualhostaliases",
                                                Json.array()
                                                        .add(Json.object()
                                                                .add("name", "by name")
                                                                .add("type", "nameAlias")))))
                .add(
                        "virtualhostnodes",
                        Json.array()
                                .add(Json.object()
                                        .add("name", host)
                                        .add("type", "Memory")
                                        .add("defaultVirtualHostNode", "true")
                                        .add("virtualHostInitialConfiguration", nodes)))
                .build()
                .toString();
        Path configuration = Files.writeString(directory.resolve("broker.json"), all);
        Path nothing = Files.writeString(directory.resolve("nothing.properties"), "");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        var loader = new Loader(before);
        thread.setContextClassLoader(loader);
        try {
            Object broker = loader.loadClass(OURS + "QpidBroker")
                    .getConstructor(Path.class, Path.class)
                    .newInstance(configuration, nothing);
            return new ForeignBroker(address, (Control) broker);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private ForeignBroker(String address, Control control) {
        this.address = address;
        this.control = control;
    }

    /** From now on nobody can send as {@code device}. */
    void delete(DeviceId device) {
        control.deleteExchange(device.text());
    }

    /** Takes all out of the queue. */
    void empty(String queue) {
        control.empty(queue);
    }

    /** How many messages are in the queue. */
    int depth(String queue) {
        return control.depth(queue);
    }

    /** The gateway's end of a new connection. */
    Channel dial() throws IOException {
        return new PlainChannel(new Socket(InetAddress.getByName(address), control.port()));
    }

    @Override
    public void close() {
        control.close();
    }

    /** The broker asks for its subject in a way that Java 24 took away; here it asks in the new one. */
    private static final class Loader extends ClassLoader {
        private static final ClassDesc SUBJECT = ClassDesc.of("javax.security.auth.Subject");

        Loader(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.startsWith(OTHERS) && !name.startsWith(OURS)) {
                    return super.loadClass(name, resolve);
                }
                Class<?> known = findLoadedClass(name);
                return known == null ? define(name) : known;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] octets = mended(in.readAllBytes());
                return defineClass(name, octets, 0, octets.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        private static byte[] mended(byte[] octets) {
            var file = ClassFile.of();
            return file.transformClass(file.parse(octets), ClassTransform.transformingMethodBodies((code, element) -> {
                if (element instanceof InvokeInstruction call
                        && call.owner().asSymbol().equals(SUBJECT)
                        && call.name().equalsString("getSubject")) {
                    code.pop().invokestatic(SUBJECT, "current", MethodTypeDesc.of(SUBJECT));
                } else {
                    code.with(element);
                }
            }));
        }
    }
}
