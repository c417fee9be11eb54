// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** The smallest set of bundles that carries an HTTP and an MQTT listener, without a service-loader mediator. */
class VertxInFrameworkIT {
    static final List<String> SMALLEST_SET = List.of(
            "io.postern.wrapped.vertx",
            "io.netty.buffer",
            "io.netty.codec",
            "io.netty.codec-http",
            "io.netty.codec-http2",
            "io.netty.common",
            "io.netty.handler",
            "io.netty.resolver",
            "io.netty.transport",
            "io.netty.transport-native-unix-common");

    @TempDir
    Path cache;

    @Test
    void bothListenersStartFromTheWrappedBundleAndNineOfNetty() throws Exception {
        Framework framework = startFramework();
        try {
            Map<String, URL> bundles = bundlesOfTheTestClassPath();
            for (String name : SMALLEST_SET) {
                URL jar = Optional.ofNullable(bundles.get(name))
                        .orElseThrow(() -> new AssertionError("no bundle " + name));
                framework.getBundleContext().installBundle(jar.toString());
            }
            for (Bundle bundle : framework.getBundleContext().getBundles()) {
                bundle.start();
            }
            Bundle probe = framework.getBundleContext().installBundle("probe", probe());
            probe.start();

            var service = framework.getBundleContext().getServiceReference(IntSupplier.class);
            int port = framework.getBundleContext().getService(service).getAsInt();
            assertThat(get(port)).isEqualTo(VertxProbe.ANSWER);
        } finally {
            framework.stop();
            framework.waitForStop(20_000);
        }
    }

    private Framework startFramework() throws BundleException {
        Map<String, String> settings = new HashMap<>();
        settings.put("org.osgi.framework.storage", cache.toString());
        settings.put("org.osgi.framework.storage.clean", "onFirstInit");
        settings.put("felix.log.level", "1");
        Framework framework = java.util.ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(settings);
        framework.start();
        return framework;
    }

    /** Where each bundle of the test class path lies, by symbolic name. */
    private static Map<String, URL> bundlesOfTheTestClassPath() throws IOException {
        Map<String, URL> bundles = new HashMap<>();
        for (URL manifest :
                Collections.list(VertxInFrameworkIT.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            try (InputStream text = manifest.openStream()) {
                String name = new Manifest(text).getMainAttributes().getValue("Bundle-SymbolicName");
                if (name != null && manifest.openConnection() instanceof JarURLConnection jar) {
                    bundles.put(name.split(";", 2)[0], jar.getJarFileURL());
                }
            }
        }
        return bundles;
    }

    private static InputStream probe() throws IOException {
        var manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "io.postern.test.vertx-probe");
        main.putValue("Bundle-Activator", VertxProbe.class.getName());
        main.putValue(
                "Import-Package",
                "org.osgi.framework,io.vertx.core,io.vertx.core.file,io.vertx.core.http,io.vertx.core.net");
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            String entry = VertxProbe.class.getName().replace('.', '/') + ".class";
            jar.putNextEntry(new JarEntry(entry));
            try (InputStream code = VertxProbe.class.getClassLoader().getResourceAsStream(entry)) {
                assertThat(code).isNotNull();
                code.transferTo(jar);
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private static String get(int port) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }
}
