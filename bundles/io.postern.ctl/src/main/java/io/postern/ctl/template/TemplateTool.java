// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.template;

import io.postern.ctl.Output;
import io.postern.ctl.Table;
import io.postern.sensor.Template;
import io.postern.sensor.TemplateException;
import io.postern.sensor.Templates;
import io.postern.sensor.mapping.Mappings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code postern template}: checks a template, lists those there are. */
@Command(
        name = "postern template",
        synopsisSubcommandLabel = "COMMAND",
        description = "Checks templates of instruments; see docs/reference/templates.md.")
public final class TemplateTool {
    private final Output output;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    private TemplateTool(Output output) {
        this.output = output;
    }

    public static void main(String[] arguments) {
        System.exit(run(Output.ofProcess(System.getenv()), arguments));
    }

    /** Runs a command and answers its exit code: 0, or 1 when a template cannot be used, 2 when the usage is wrong. */
    public static int run(Output output, String... arguments) {
        return new CommandLine(new TemplateTool(output))
                .setOut(output.out())
                .setErr(output.err())
                .setExecutionExceptionHandler((failure, _, _) -> {
                    output.err().println(failure.getMessage());
                    return ExitCode.SOFTWARE;
                })
                .execute(arguments);
    }

    @Command(name = "check", description = "Reads a template as the gateway would and shows what it means.")
    int check(
            @Parameters(paramLabel = "FILE", description = "The template, or the name of one that ships with Postern.")
                    String file)
            throws TemplateException, IOException {
        Template template = Templates.shipped().names().contains(file)
                ? Templates.shipped().read(file)
                : Templates.readFile(Path.of(file));
        Optional<Set<String>> found = Mappings.fields(template);
        new TemplateText(template).lines().forEach(output::line);
        output.line("");
        output.table(TemplateText.fields(template), "It has no fields.");
        if (template.driver().equals("modbus")) {
            output.line("");
            ModbusTime.lines(template).forEach(output::line);
        }
        if (found.isEmpty()) {
            output.line("");
            output.line("Its mapping was not checked: the driver \"" + template.driver()
                    + "\" does not ship with Postern.");
        }
        return ExitCode.OK;
    }

    @Command(name = "list", description = "Lists all templates, those that cannot be used with the reason.")
    int list(
            @Option(
                            names = "--directory",
                            paramLabel = "DIR",
                            description = "Your own templates, listed beside those that ship with Postern.")
                    Optional<Path> directory)
            throws IOException {
        Templates templates = directory.map(Templates::with).orElseGet(Templates::shipped);
        var table = new Table("NAME", "INSTRUMENT", "DRIVER", "MODEL ID");
        Map<String, String> refused = new java.util.LinkedHashMap<>();
        for (String name : templates.names()) {
            try {
                Template template = templates.read(name);
                Mappings.fields(template);
                table.row(
                        name,
                        template.title(),
                        template.driver(),
                        template.modelId().text());
            } catch (TemplateException e) {
                refused.put(name, e.getMessage());
            }
        }
        output.table(table, "There are no templates.");
        refused.values().forEach(output.err()::println);
        return refused.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
