// SPDX-License-Identifier: Apache-2.0
package io.postern.sensor;

import io.postern.wire.Shown;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Templates by name: those that ship with this bundle, and those of the technician in a directory, each in a file
 * {@code NAME.json}. They are read when asked for, so a file that is put into the directory counts at once. A name that
 * exists in both is refused: neither hides the other.
 */
public final class Templates {
    /** Most files of the technician's: as many as a gateway has leaves. */
    public static final int MOST_FILES = 1000;

    // up to three octets for each character of the longest template
    private static final int MOST_OCTETS = 3 * TemplateReader.MOST_CHARACTERS;
    private static final String ENDING = ".json";

    private final Optional<Path> directory;

    private Templates(Optional<Path> directory) {
        this.directory = directory;
    }

    /** Those that ship with this bundle. */
    public static Templates shipped() {
        return new Templates(Optional.empty());
    }

    /** Those that ship with this bundle, and those in {@code directory}, which may appear later. */
    public static Templates with(Path directory) {
        return new Templates(Optional.of(directory));
    }

    /**
     * The template {@code name}.
     *
     * @throws TemplateException when there is none, when there are two, or when it cannot be used
     * @throws IOException when the file is there and cannot be read
     */
    public Template read(String name) throws TemplateException, IOException {
        if (!TemplateReader.NAME.matcher(name).matches()) {
            throw new TemplateException(
                    Shown.of(name), 0, "a template's name is at most 64 small letters, digits and hyphens");
        }
        boolean ships = names(Templates.class).contains(name);
        Optional<Path> own =
                directory.map(folder -> folder.resolve(name + ENDING)).filter(Files::exists);
        if (own.isPresent()) {
            if (ships) {
                throw new TemplateException(
                        own.get().toString(), 0, "Postern ships a template of this name; give yours another");
            }
            return named(name, own.get().toString(), own(own.get()));
        }
        if (ships) {
            return named(name, "templates/" + name + ENDING, resource(name + ENDING));
        }
        throw new TemplateException(
                name,
                0,
                "there is no such template"
                        + directory.map(folder -> " in " + folder).orElse("") + "; ships with Postern: "
                        + String.join(", ", names(Templates.class)));
    }

    /** The template in {@code file}, whatever its name. */
    public static Template readFile(Path file) throws TemplateException, IOException {
        return TemplateReader.read(file.toString(), own(file));
    }

    /**
     * The template in {@code json}, which came from afar under {@code name}.
     *
     * @throws TemplateException when it cannot be used, is called otherwise, or one of this name ships
     */
    public static Template readText(String name, String json) throws TemplateException {
        if (!TemplateReader.NAME.matcher(name).matches()) {
            throw new TemplateException(
                    Shown.of(name), 0, "a template's name is at most 64 small letters, digits and hyphens");
        }
        if (names(Templates.class).contains(name)) {
            throw new TemplateException(name, 0, "Postern ships a template of this name; give yours another");
        }
        return named(name, name, json);
    }

    /**
     * All names, those that cannot be used too.
     *
     * @throws IOException when the directory is there and cannot be read, or holds more than {@link #MOST_FILES} files
     */
    public SortedSet<String> names() throws IOException {
        SortedSet<String> names = names(Templates.class);
        if (directory.isEmpty() || !Files.isDirectory(directory.get())) {
            return names;
        }
        try (Stream<Path> files = Files.list(directory.get())) {
            List<String> own = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(ENDING))
                    .limit(MOST_FILES + 1L)
                    .toList();
            if (own.size() > MOST_FILES) {
                throw new IOException(directory.get() + " holds more than " + MOST_FILES + " templates");
            }
            own.forEach(file -> names.add(file.substring(0, file.length() - ENDING.length())));
        }
        return names;
    }

    private static Template named(String name, String file, String json) throws TemplateException {
        Template template = TemplateReader.read(file, json);
        if (!template.name().equals(name)) {
            throw new TemplateException(
                    file, 1, "the file is called " + name + ", its \"template\" is \"" + template.name() + "\"");
        }
        return template;
    }

    private static String own(Path file) throws TemplateException, IOException {
        byte[] octets;
        try (InputStream input = Files.newInputStream(file)) {
            octets = input.readNBytes(MOST_OCTETS + 1);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " is not there", e);
        }
        if (octets.length > MOST_OCTETS) {
            throw new TemplateException(file.toString(), 0, "a template has at most " + MOST_OCTETS + " octets");
        }
        var input = ByteBuffer.wrap(octets);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(input)
                    .toString();
        } catch (CharacterCodingException e) {
            int line = 1;
            for (int i = 0; i < input.position(); i++) {
                line += octets[i] == '\n' ? 1 : 0;
            }
            throw new TemplateException(file.toString(), line, "not UTF-8");
        }
    }

    /** A bundle's resources cannot be listed alike everywhere; so the build's test keeps a list. */
    private static SortedSet<String> names(Class<?> bundle) {
        return new TreeSet<>(new ArrayList<>(resource("list.txt").lines().toList()));
    }

    private static String resource(String name) {
        try (InputStream input = Templates.class.getResourceAsStream("templates/" + name)) {
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("templates/" + name + " of this bundle cannot be read", e);
        }
    }
}
