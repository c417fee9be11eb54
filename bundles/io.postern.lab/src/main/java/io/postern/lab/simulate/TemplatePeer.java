// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.simulate;

import io.postern.lab.sim.Curve;
import io.postern.lab.sim.PeerStation;
import io.postern.sensor.Measurement;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.wire.Bytes;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;

/** An instrument of a framed or an M-Bus template at its address: what it says, in octets and in words. */
sealed interface TemplatePeer permits FramedTemplatePeer, MbusTemplatePeer {
    /** How instruments of one line behave in time. @param origin on the clock of the wire */
    record Pace(Duration turnaround, long origin, double speed) {}

    /** Its address and what it is. */
    String title();

    PeerStation station(Pace pace);

    /** A frame of its with a wrong check sum. */
    Bytes spoiled(Bytes frame);

    boolean hasCheckSum();

    /** What it is told by these octets; what is not understood is shown as it is. */
    String asked(Bytes octets);

    String said(Bytes frame);

    /**
     * The values of the template's curves, as they are at a moment of the wire's clock.
     *
     * @param individual decides how it differs from others of its type
     * @throws TemplateException when a curve cannot be, or is of none of the fields
     */
    static LongFunction<Map<String, Measurement>> values(
            Template template, Map<String, Schema> fields, int individual, Pace pace) throws TemplateException {
        template.simulation().only(fields.keySet());
        Map<String, Curve> curves = new LinkedHashMap<>();
        for (var field : fields.entrySet()) {
            if (template.simulation().optional(field.getKey()).isPresent()) {
                curves.put(
                        field.getKey(), Curve.of(template.simulation(), field.getKey(), field.getValue(), individual));
            }
        }
        return at -> {
            Duration elapsed = Duration.ofNanos((long) ((at - pace.origin()) * pace.speed()));
            Map<String, Measurement> values = new HashMap<>();
            curves.forEach((name, curve) -> values.put(name, curve.at(elapsed)));
            return values;
        };
    }
}
