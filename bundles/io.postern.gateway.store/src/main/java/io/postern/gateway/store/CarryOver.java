// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.store;

import io.postern.gateway.store.Entry.Found;
import io.postern.gateway.store.Entry.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Copies all that is needed of one segment to the end of the journal. A leaf that nobody fetches then holds no more than its own. */
final class CarryOver {
    private final Journal journal;
    private final Segment victim;
    private final Map<LeafQueue, List<LeafQueue.Moved>> moved = new LinkedHashMap<>();
    private final List<Runnable> applied = new ArrayList<>();
    private Batch batch;

    CarryOver(Journal journal, Segment victim) {
        this.journal = journal;
        this.victim = victim;
        this.batch = new Batch(journal.active());
    }

    void run() throws IOException {
        try {
            messages();
            gaps();
            facts();
            journal.sync(batch);
        } catch (IOException e) {
            journal.leaveBehind(batch);
            throw e;
        }
        Segment target = journal.active();
        journal.change(() -> {
            moved.forEach((queue, copies) -> queue.relocate(victim, target, copies));
            applied.forEach(Runnable::run);
            journal.segments.reuse(List.of(victim));
        });
    }

    private void messages() throws IOException {
        for (LeafQueue queue : journal.locked(() -> List.copyOf(journal.index.leaves()))) {
            List<Run.Spot> spots = journal.locked(() -> {
                List<Run.Spot> all = new ArrayList<>();
                queue.runs().stream()
                        .filter(run -> run.segment == victim)
                        .forEach(run -> run.walk(spot -> {
                            all.add(spot);
                            return false;
                        }));
                return all;
            });
            for (Run.Spot spot : spots) {
                message(queue, spot);
            }
        }
    }

    private void message(LeafQueue queue, Run.Spot spot) throws IOException {
        List<LeafQueue.Moved> copies = moved.computeIfAbsent(queue, _ -> new ArrayList<>());
        if (victim.read(spot.offset()) instanceof Found.Good(Entry entry, var _)
                && entry.kind() == Kind.MESSAGE
                && entry.leaf() == queue.number
                && entry.sequence() == spot.sequence()) {
            Batch.Placed place = put(entry);
            copies.add(new LeafQueue.Moved(spot.sequence(), place.offset(), spot.priority(), place.size()));
        } else {
            journal.change(() -> journal.damaged(queue, spot.sequence()));
        }
    }

    private void gaps() throws IOException {
        for (LeafQueue queue : journal.locked(() -> List.copyOf(journal.index.leaves()))) {
            List<LeafQueue.Told> told = journal.locked(() -> queue.gaps().values().stream()
                    .filter(each -> each.segment() == victim)
                    .toList());
            for (LeafQueue.Told each : told) {
                Batch.Placed place = put(each.gap().entry(queue.number));
                Segment target = journal.active();
                applied.add(() -> {
                    if (queue.gaps().get(each.gap().position()) == each) {
                        queue.untell(each.gap().position());
                        queue.tell(new LeafQueue.Told(each.gap(), target, place.offset(), place.size()));
                    }
                });
            }
        }
    }

    private void facts() throws IOException {
        Facts facts = journal.index.facts();
        journal.change(() -> facts.forgetRemoved(journal.segments.oldestNumber()));
        Map<String, Facts.Place> here = journal.locked(() -> {
            Map<String, Facts.Place> found = new LinkedHashMap<>(facts.places());
            found.values().removeIf(place -> place.segment() != victim);
            return found;
        });
        for (var each : here.entrySet()) {
            Facts.Place from = each.getValue();
            if (victim.read(from.offset()) instanceof Found.Good(Entry entry, var _)) {
                Batch.Placed place = put(entry);
                Segment target = journal.active();
                applied.add(() -> facts.move(each.getKey(), from, target, place.offset()));
            } else {
                journal.counters.damage();
                applied.add(() -> facts.lose(each.getKey(), from));
            }
        }
    }

    private Batch.Placed put(Entry entry) throws IOException {
        if (!batch.hasRoomFor(entry)) {
            journal.counters.wrote(batch.octets());
            batch.write(); // synced with the last one
            batch = new Batch(journal.active());
            if (!batch.hasRoomFor(entry)) {
                throw new IOException("no room to carry over what is needed of " + victim.name);
            }
        }
        return batch.add(entry);
    }
}
