// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import io.postern.gateway.spi.LineSurveyor;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** {@code postern bus scan --port}: surveys a port where no gateway runs. */
public final class ScanTool {
    private static final String USAGE = "usage: ./postern bus scan --port PATH [--quick] [--json]";

    private final PrintStream out;
    private final PrintStream err;

    ScanTool(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) throws InterruptedException {
        System.exit(new ScanTool(System.out, System.err).run(List.of(arguments)));
    }

    /** 0 done, 1 not reached, 2 wrong usage. */
    int run(List<String> arguments) throws InterruptedException {
        int at = arguments.indexOf("--port");
        boolean known = arguments.stream()
                .allMatch(each -> List.of("--port", "--quick", "--json").contains(each)
                        || at >= 0 && arguments.indexOf(each) == at + 1);
        if (at < 0 || at + 1 == arguments.size() || !known) {
            err.println(USAGE);
            return 2;
        }
        boolean json = arguments.contains("--json");
        boolean quick = arguments.contains("--quick");
        SurveyPlan plan = quick ? SurveyPlan.quick(Optional.empty()) : SurveyPlan.whole(Optional.empty());
        try {
            LineSurveyor surveyor = ServiceLoader.load(LineSurveyor.class)
                    .findFirst()
                    .orElseThrow(() -> new IOException("io.postern.gateway.serial is not on the class path"));
            JsonObject result = surveyor.survey(arguments.get(at + 1), new Survey(plan, step -> tell(json, step)));
            if (json) {
                out.println(Json.pretty(result));
            } else {
                result.getJsonArray("findings").getValuesAs(JsonObject.class).forEach(this::print);
            }
            return 0;
        } catch (IOException | IllegalArgumentException e) {
            err.println(e.getMessage());
            return 1;
        }
    }

    private void tell(boolean json, JsonObject step) {
        if (!json) {
            err.println(step.getString("say"));
        }
    }

    private void print(JsonObject finding) {
        out.println(finding.getString("what"));
        finding.getJsonArray("evidence")
                .getValuesAs(JsonString.class)
                .forEach(quote -> out.println("    " + quote.getString()));
        out.println("  -> " + finding.getString("remedy"));
    }
}
