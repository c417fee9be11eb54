// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.hub;

import io.postern.ctl.ServiceException;
import io.postern.lab.LabCloud;
import io.postern.lab.LabException;
import io.postern.lab.bench.mqtt.Speaker;
import io.postern.lab.bench.mqtt.Target;
import io.postern.lab.bench.provisioning.ServiceProcess;
import io.postern.wire.DeviceId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The cloud side as it is shipped; its devices are registered in a row, {@code bench-0} first. */
public final class PosternBroker implements Broker {
    private static final int TOGETHER = 1_000; // devices a request; the hub takes 1 MB of lines

    private final LabCloud cloud;
    private int registered;

    private PosternBroker(LabCloud cloud) {
        this.cloud = cloud;
    }

    /** @param directory for its data and its log */
    public static PosternBroker start(Path root, Path directory, String address)
            throws IOException, LabException, InterruptedException {
        return new PosternBroker(LabCloud.start(root, directory, address, OptionalInt.of(1_000_000)));
    }

    public LabCloud cloud() {
        return cloud;
    }

    @Override
    public String name() {
        return "Postern";
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public void expect(int number) throws LabException {
        var devices = cloud.operator().devices();
        while (registered < number) {
            int until = Math.min(number, registered + TOGETHER);
            String lines = IntStream.range(registered, until)
                    .mapToObj(each -> "{\"id\":\"" + id(each) + "\",\"importMode\":\"create\"}\n")
                    .collect(Collectors.joining());
            try {
                int done = devices.take(lines, 1).getInt("done");
                if (done != until - registered) {
                    throw new LabException("only " + done + " of " + (until - registered) + " devices were registered");
                }
            } catch (ServiceException e) {
                throw new LabException("the devices from " + id(registered) + " on were not registered", e);
            }
            registered = until;
        }
    }

    @Override
    public Target target() throws IOException {
        return Target.of(cloud.connection());
    }

    @Override
    public Speaker speaker(int number) {
        return Speaker.device(cloud.connection(), id(number));
    }

    @Override
    public ServiceProcess process() {
        return new ServiceProcess(cloud.process().pid());
    }

    @Override
    public void close() {
        cloud.close();
    }

    static DeviceId id(int number) {
        return DeviceId.of("bench-" + number);
    }
}
