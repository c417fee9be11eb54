// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.template;

import io.postern.ctl.Table;
import io.postern.sensor.Model.Content;
import io.postern.sensor.Model.Schema;
import io.postern.sensor.Reporting;
import io.postern.sensor.Template;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A template in a person's words. */
record TemplateText(Template template) {
    List<String> lines() {
        return List.of(
                template.name() + ": " + template.title(),
                "after " + template.dataSheet(),
                "model " + template.modelId() + ", driver " + template.driver());
    }

    static Table fields(Template template) {
        var table = new Table("FIELD", "VALUE", "UNIT", "READ EVERY", "REPORTED", "ALARM");
        template.model().contents().forEach((name, content) -> {
            Reporting.Rule rule = template.reporting().rule(name);
            String every = text(rule.period());
            switch (content) {
                case Content.Telemetry(Schema schema, String unit) ->
                    table.row(name, text(schema), unit, every, reported(rule), alarm(rule));
                case Content.Property(Schema schema, String unit, boolean writable) ->
                    table.row(
                            name,
                            text(schema) + (writable ? ", writable" : ""),
                            unit,
                            every,
                            reported(rule),
                            alarm(rule));
                case Content.Command command ->
                    table.row(
                            name,
                            "command"
                                    + command.request()
                                            .map(of -> " of " + text(of))
                                            .orElse(""),
                            "",
                            "",
                            "",
                            "");
            }
        });
        return table;
    }

    private static String text(Schema schema) {
        return schema.name().toLowerCase(Locale.ROOT);
    }

    static String text(Duration period) {
        return period.toMillisPart() == 0 ? period.toSeconds() + " s" : period.toMillis() + " ms";
    }

    private static String reported(Reporting.Rule rule) {
        String change = rule.deadBand() == 0 ? "on change" : "on change by more than " + number(rule.deadBand());
        return switch (rule.on()) {
            case PERIOD -> "each time";
            case CHANGE -> change;
            case BOTH -> change + ", and each tenth time";
        };
    }

    private static String alarm(Reporting.Rule rule) {
        String low = limit("below ", rule.low());
        String high = limit("above ", rule.high());
        return low.isEmpty() || high.isEmpty() ? low + high : low + ", " + high;
    }

    private static String limit(String word, OptionalDouble limit) {
        return limit.isPresent() ? word + number(limit.getAsDouble()) : "";
    }

    private static String number(double value) {
        return java.math.BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
