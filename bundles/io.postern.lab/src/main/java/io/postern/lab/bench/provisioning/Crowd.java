// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.provisioning;

import io.postern.lab.LabException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Many doing the same at the same time; the first failure is told when all have ended. */
public final class Crowd {
    public interface Deed {
        void run() throws IOException, GeneralSecurityException;
    }

    private Crowd() {}

    public static void run(int size, Deed deed) throws LabException, InterruptedException {
        var failures = new ConcurrentLinkedQueue<Exception>();
        List<Thread> threads = new ArrayList<>();
        for (int one = 0; one < size; one++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    deed.run();
                } catch (IOException | GeneralSecurityException | RuntimeException e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Optional<Exception> first = Optional.ofNullable(failures.peek());
        if (first.isPresent()) {
            throw new LabException(
                    failures.size() + " of " + size + " failed, the first with: " + first.get(), first.get());
        }
    }
}
