// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import io.postern.gateway.spi.ControlCommand;
import io.postern.gateway.spi.Line;
import io.postern.wire.Json;
import io.postern.wire.Shown;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** {@code bus.scan}: surveys a line of the running gateway, whose leaves rest meanwhile. */
@Component(service = ControlCommand.class)
public final class ScanCommand implements ControlCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(30); // for an exchange that is going on

    private final Collection<Line> lines = new CopyOnWriteArrayList<>(); // one for each configured

    @Activate
    public ScanCommand() {}

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addLine(Line line) {
        lines.add(line);
    }

    void removeLine(Line line) {
        lines.remove(line);
    }

    @Override
    public String name() {
        return "bus.scan";
    }

    @Override
    public String summary() {
        return "what is on a line, and what is wrong with it; its leaves rest meanwhile";
    }

    /** Nothing is written to an instrument, but readings are missed. */
    @Override
    public boolean changes() {
        return true;
    }

    @Override
    public boolean remote() {
        return false;
    }

    @Override
    public JsonObject run(JsonObject arguments, Progress progress) throws IOException, InterruptedException {
        String name = Json.requireText(arguments, "line");
        Line line = lines.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no line " + Shown.of(name) + "; there are "
                        + String.join(
                                ", ", lines.stream().map(Line::name).sorted().toList())));
        boolean quick = arguments.get("quick") == JsonValue.TRUE;
        SurveyPlan plan = quick ? SurveyPlan.quick(line.format()) : SurveyPlan.whole(line.format());
        return line.survey("survey", PATIENCE, new Survey(plan, progress));
    }
}
