// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Looks a name up as the program under examination would: in its hosts file when it has one, else in the system. */
interface Names {
    InetAddress find(String host) throws UnknownHostException;

    /** Whether they stand in a file that was given: then any address is meant. */
    default boolean isGiven() {
        return false;
    }

    static Names ofSystem() {
        return InetAddress::getByName;
    }

    /** Lines {@code ADDRESS NAME...}; with such a file Java asks nobody else. */
    static Names ofFile(Path hosts) throws IOException {
        List<List<String>> lines = Files.readAllLines(hosts).stream()
                .map(line -> Arrays.asList(line.replaceAll("#.*", "").strip().split("\\s+")))
                .toList();
        return new OfFile(hosts, lines);
    }

    /** @param lines address first */
    record OfFile(Path hosts, List<List<String>> lines) implements Names {
        @Override
        public boolean isGiven() {
            return true;
        }

        @Override
        public InetAddress find(String host) throws UnknownHostException {
            Optional<String> address = lines.stream()
                    .filter(words -> words.subList(1, words.size()).contains(host))
                    .map(List::getFirst)
                    .findFirst();
            return InetAddress.ofLiteral(
                    address.orElseThrow(() -> new UnknownHostException(host + " is not in " + hosts)));
        }
    }
}
