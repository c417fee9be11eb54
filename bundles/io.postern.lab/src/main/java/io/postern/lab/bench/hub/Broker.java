// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.hub;

import io.postern.lab.LabException;
import io.postern.lab.bench.mqtt.Speaker;
import io.postern.lab.bench.mqtt.Target;
import io.postern.lab.bench.provisioning.ServiceProcess;
import java.io.IOException;

/** A broker as a process of its own that keeps what devices send: for a stream's readers, or for one that is away. */
interface Broker extends AutoCloseable {
    String name();

    /** Whether it acknowledges only what survives the kill of its process. */
    boolean isDurable();

    /** Makes sure that the devices up to {@code number} may come. */
    void expect(int number) throws IOException, LabException, InterruptedException;

    Target target() throws IOException;

    Speaker speaker(int number);

    ServiceProcess process();

    @Override
    void close();
}
