// SPDX-License-Identifier: Apache-2.0
package io.postern.factory;

import io.postern.wire.RegistrationId;
import io.postern.wire.csv.CsvTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ExitCode;

/** Makes what each device of a list needs, leaves alone what was made before, and tells what came of it. */
final class Batch {
    static final String LIST = "devices.csv";

    private static final int SHOWN = 20; // lines of one kind; more would push the summary off a terminal of 24

    /** How one kind of credential is made, recognized and listed. */
    interface Maker {
        List<DeviceFile> make(RegistrationId id) throws IOException;

        /** What is wrong with the folder of a device that was made before; empty when it is as it would be made now. */
        Optional<String> flaw(RegistrationId id) throws IOException;

        List<String> headings();

        /** The device's cells under the headings, nothing secret. */
        List<String> row(RegistrationId id) throws IOException;
    }

    private final DeviceFolders folders;
    private final Maker maker;
    private final Output output;

    Batch(DeviceFolders folders, Maker maker, Output output) {
        this.folders = folders;
        this.maker = maker;
        this.output = output;
    }

    /** The exit code: 1 when a device of the list has no folder as it should be in the end. */
    int run(IdList list) throws IOException {
        List<Problem> problems = new ArrayList<>(list.problems());
        List<RegistrationId> skipped = new ArrayList<>();
        int made = 0;
        for (RegistrationId id : list.ids()) {
            if (!folders.has(id)) {
                folders.write(id, maker.make(id));
                made++;
                continue;
            }
            Optional<String> flaw = maker.flaw(id);
            if (flaw.isPresent()) {
                problems.add(new Problem(folders.of(id).toString(), flaw.get()));
            } else {
                skipped.add(id);
            }
        }
        writeList();
        report(made, skipped, problems);
        return problems.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void writeList() throws IOException {
        var text = new StringBuilder(CsvTable.line(maker.headings()));
        for (RegistrationId id : folders.all()) {
            text.append(CsvTable.line(maker.row(id)));
        }
        folders.writeList(LIST, text.toString());
    }

    private void report(int made, List<RegistrationId> skipped, List<Problem> problems) {
        show(problems.stream().map(Problem::toString).toList());
        show(skipped.stream().map(id -> id + ": made before, left as it is").toList());
        output.out().println(made + " made, " + skipped.size() + " made before, " + problems.size() + " refused.");
        output.out().println("List: " + folders.directory().resolve(LIST));
        if (made > 0) {
            output.out().println("Next: copy a device's folder to its gateway, and there:");
            output.out().println("  ./postern gateway --config site.json --device FOLDER");
        }
    }

    private void show(List<String> lines) {
        lines.stream().limit(SHOWN).forEach(output.err()::println);
        if (lines.size() > SHOWN) {
            output.err().println("... and " + (lines.size() - SHOWN) + " more");
        }
    }
}
