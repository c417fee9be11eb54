// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.spi.StateStore;
import io.postern.gateway.store.Entry.Found;
import io.postern.gateway.store.Entry.Kind;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Optional;

/** The gateway's small facts in the journal. */
final class JournalStateStore implements StateStore {
    private final Journal journal;
    private final JournalWriter writer;

    JournalStateStore(Journal journal, JournalWriter writer) {
        this.journal = journal;
        this.writer = writer;
    }

    @Override
    public Optional<JsonObject> read(String name) throws IOException {
        try {
            return read(journal, name).map(Json::parseObject);
        } catch (IllegalArgumentException e) {
            throw new IOException("the fact \"" + name + "\" in the store is not a JSON object", e);
        }
    }

    /** The text of a fact of any journal; one that is damaged is gone, and the log says so. */
    static Optional<String> read(Journal journal, String name) throws IOException {
        while (true) {
            Optional<Facts.Place> place = journal.locked(
                    () -> Optional.ofNullable(journal.index.facts().places().get(name)));
            if (place.isEmpty() || place.get().removed()) {
                return Optional.empty();
            }
            if (place.get().segment().read(place.get().offset()) instanceof Found.Good(Entry entry, var _)
                    && entry.kind() == Kind.FACT
                    && Facts.name(entry.body()).equals(name)) {
                return Optional.of(Facts.json(entry.body()));
            }
            boolean lost = journal.locked(() -> {
                boolean still =
                        place.get().equals(journal.index.facts().places().get(name));
                if (still) {
                    journal.counters.damage();
                    journal.index.facts().lose(name, place.get());
                }
                return still;
            });
            if (lost) {
                return Optional.empty();
            }
        }
    }

    @Override
    public void write(String name, JsonObject fact) throws IOException {
        String json = fact.toString();
        if (name.isEmpty() || name.length() > Facts.LONGEST_NAME || json.length() > Facts.LONGEST_FACT) {
            throw new IllegalArgumentException("a fact has a name of 1 to " + Facts.LONGEST_NAME
                    + " characters and at most " + Facts.LONGEST_FACT + " characters of JSON");
        }
        if (journal.locked(() -> journal.index.facts().places().size() >= Facts.MOST
                && !journal.index.facts().places().containsKey(name))) {
            throw new IOException("the store keeps at most " + Facts.MOST + " facts; \"" + name + "\" is one more");
        }
        writer.await(writer.offer(new Change.PutFact(name, json)));
    }

    @Override
    public void remove(String name) throws IOException {
        if (journal.locked(() -> journal.index.facts().places().containsKey(name))) {
            writer.await(writer.offer(new Change.RemoveFact(name)));
        }
    }
}
