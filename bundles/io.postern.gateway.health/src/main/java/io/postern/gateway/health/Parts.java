// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.health;

import io.postern.gateway.Milestones;
import io.postern.gateway.spi.GatewayClock;
import io.postern.gateway.spi.GatewayStatus;
import io.postern.gateway.spi.LeafOffice;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineReport;
import io.postern.gateway.spi.OutboxGauge;
import io.postern.gateway.spi.SecurityModule;
import io.postern.gateway.spi.UplinkReport;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The parts of the gateway that are there now; each may come and go while it is looked at. */
@Component(service = Parts.class)
public final class Parts {
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    volatile List<Line> lines = List.of(); // one for each configured

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile @Nullable GatewayStatus status;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile @Nullable LeafOffice office;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile @Nullable OutboxGauge outbox;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile @Nullable UplinkReport uplink;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile @Nullable SecurityModule module;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile @Nullable Milestones milestones;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    volatile @Nullable GatewayClock clock;

    Optional<GatewayStatus> status() {
        return Optional.ofNullable(status);
    }

    Optional<LeafOffice> office() {
        return Optional.ofNullable(office);
    }

    Optional<OutboxGauge> outbox() {
        return Optional.ofNullable(outbox);
    }

    Optional<UplinkReport> uplink() {
        return Optional.ofNullable(uplink);
    }

    Optional<SecurityModule> module() {
        return Optional.ofNullable(module);
    }

    Optional<Milestones> milestones() {
        return Optional.ofNullable(milestones);
    }

    Optional<GatewayClock> clock() {
        return Optional.ofNullable(clock);
    }

    /** What the other parts' times are of; this machine's while the gateway's clock does not run. */
    Instant now() {
        return clock().map(GatewayClock::instant).orElseGet(InstantSource.system()::instant);
    }

    /** By name. */
    List<LineReport> lines() {
        return lines.stream()
                .map(Line::report)
                .sorted(Comparator.comparing(LineReport::line))
                .toList();
    }
}
