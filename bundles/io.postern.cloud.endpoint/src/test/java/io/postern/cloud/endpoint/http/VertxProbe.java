// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Travels into a framework as a bundle of its own and starts both listeners there; offers the HTTP port as a service. */
public final class VertxProbe implements BundleActivator {
    static final String ANSWER = "up in the framework";

    private final Vertx vertx = Vertx.vertx(new VertxOptions()
            .setFileSystemOptions(
                    new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false)));

    @Override
    public void start(BundleContext context) {
        var http = vertx.createHttpServer()
                .requestHandler(request -> request.response().end(ANSWER))
                .listen(0, "127.0.0.1");
        var bare =
                vertx.createNetServer().connectHandler(socket -> socket.end()).listen(0, "127.0.0.1");
        int port = await(http).actualPort();
        await(bare);
        context.registerService(IntSupplier.class, () -> port, null);
    }

    @Override
    public void stop(BundleContext context) {
        await(vertx.close());
    }

    private static <T> T await(io.vertx.core.Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(Duration.ofSeconds(20).toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
                .join();
    }
}
