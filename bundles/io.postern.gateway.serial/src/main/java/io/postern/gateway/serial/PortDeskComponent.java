// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.serial;

import io.postern.gateway.spi.PortInventory;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The desk that all lines of the gateway have their ports from. */
@Component(service = {PortInventory.class, PortDeskComponent.class})
public final class PortDeskComponent implements PortInventory {
    private final PortDesk desk = new PortDesk(PortTree.SYSTEM);

    @Activate
    public PortDeskComponent() {}

    PortDesk desk() {
        return desk;
    }

    @Override
    public List<Entry> ports() {
        return desk.ports();
    }
}
