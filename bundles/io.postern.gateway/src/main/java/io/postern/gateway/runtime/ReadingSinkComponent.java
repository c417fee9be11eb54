// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.runtime;

import io.postern.gateway.Reading;
import io.postern.gateway.leaf.Roster;
import io.postern.gateway.spi.LeafClaims;
import io.postern.gateway.spi.Outbox;
import io.postern.gateway.spi.ReadingCopy;
import io.postern.gateway.spi.ReadingSink;
import io.postern.wire.DeviceId;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Takes readings and claims of leaves as soon as there is an outbox; neither TPM nor cloud need to be there. */
@Component(service = {ReadingSink.class, LeafClaims.class})
public final class ReadingSinkComponent implements ReadingSink, LeafClaims {
    private final Gateway gateway;

    @Activate
    public ReadingSinkComponent(@Reference Roster roster, @Reference Outbox outbox) {
        gateway = new Gateway(roster, outbox);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCopy(ReadingCopy copy) {
        gateway.add(copy);
    }

    void removeCopy(ReadingCopy copy) {
        gateway.remove(copy);
    }

    @Override
    public void accept(Reading reading) throws IOException {
        gateway.accept(reading);
    }

    @Override
    public Claim claim(DeviceId leaf, String claimant) {
        return gateway.claim(leaf, claimant);
    }
}
