// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.hub;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** HiveMQ's embedded broker as a process; called by name, so that nothing of Postern is compiled against it. */
final class HiveMqMain {
    private HiveMqMain() {}

    /** @param folders configuration, data, extensions */
    public static void main(String[] folders) throws ReflectiveOperationException, InterruptedException {
        Class<?> broker = Class.forName("com.hivemq.embedded.EmbeddedHiveMQ");
        Class<?> maker = Class.forName("com.hivemq.embedded.EmbeddedHiveMQBuilder");
        Object builder = broker.getMethod("builder").invoke(null);
        String[] settings = {"withConfigurationFolder", "withDataFolder", "withExtensionsFolder"};
        for (int i = 0; i < settings.length; i++) {
            maker.getMethod(settings[i], Path.class).invoke(builder, Path.of(folders[i]));
        }
        Object embedded = maker.getMethod("build").invoke(builder);
        ((CompletableFuture<?>) broker.getMethod("start").invoke(embedded)).join();
        new CountDownLatch(1).await();
    }
}
