// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The path segments that the routes of this package and those below it know: the texts they give to {@link Request#has}. */
final class KnownSegments {
    private KnownSegments() {}

    /** In lower case. */
    static Set<String> ofRoutes() throws IOException {
        Path folder = Path.of(URI.create(Route.class.getResource("Route.class").toString()))
                .resolveSibling("");
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".class"))
                    .map(KnownSegments::parse)
                    .flatMap(known -> known.methods().stream())
                    .forEach(method -> collect(method, found));
        }
        return found;
    }

    private static void collect(MethodModel method, Set<String> found) {
        method.code().ifPresent(code -> {
            Optional<String> before = Optional.empty();
            for (CodeElement element : code) {
                if (element instanceof InvokeInstruction call && isQuestion(call)) {
                    before.ifPresent(text -> found.add(text.toLowerCase(Locale.ROOT)));
                }
                if (element instanceof Instruction) {
                    before = element instanceof ConstantInstruction constant
                                    && constant.constantValue() instanceof String text
                            ? Optional.of(text)
                            : Optional.empty();
                }
            }
        });
    }

    private static boolean isQuestion(InvokeInstruction call) {
        return call.name().equalsString("has")
                && call.owner().asInternalName().equals(Request.class.getName().replace('.', '/'));
    }

    private static ClassModel parse(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
