// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.wizard;

import io.postern.gateway.spi.ControlCommand.Progress;
import io.postern.gateway.spi.Line;
import io.postern.gateway.spi.LineFormat;
import io.postern.gateway.wizard.Probe.Kind;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Listens, then asks every address in every format of a plan, until somebody answers; says what it all means. */
final class Survey implements Line.Survey<JsonObject> {
    private static final int LONGEST = 512; // octets kept of one answer: twice a Modbus frame, for two at one address
    private static final int MOST_OCTETS = 16 << 10; // kept of one capture: a second at 115,200 baud and some
    private static final int MOST_TROUBLES = 5; // in a row: the port is gone
    private static final int STEP = 16; // questions between two words of progress
    private static final Duration LONGEST_GAP = Duration.ofMillis(40); // a second answer begins within

    private final SurveyPlan plan;
    private final Progress progress;
    private final List<Capture> captures = new ArrayList<>(); // one for each format
    private final List<Probe> probes = new ArrayList<>(); // one for each question of the plan, and the repeats
    private final List<String> troubles = new ArrayList<>();
    private int troublesInRow;
    private int asked;

    Survey(SurveyPlan plan, Progress progress) {
        this.plan = plan;
        this.progress = progress;
    }

    @Override
    public JsonObject run(Line.Tuner tuner) throws IOException, InterruptedException {
        long seconds = Math.max(1, plan.longest().toSeconds());
        progress.tell(Json.object()
                .add("stage", "plan")
                .add("formats", plan.formats().size())
                .add("questions", plan.questions())
                .add("atMostSeconds", seconds)
                .add(
                        "say",
                        plan.questions() + " questions in " + plan.formats().size() + " formats, " + seconds
                                + " s at most")
                .build());
        for (LineFormat format : plan.formats()) {
            Line.Channel channel = tuner.tune(format);
            listen(format, channel);
            if (ask(format, channel)) {
                break;
            }
        }
        var findings = Json.array();
        Diagnosis.of(new Evidence(plan.configured(), captures, probes, troubles))
                .forEach(finding -> findings.add(finding.toJson()));
        return Json.object().add("questions", asked).add("findings", findings).build();
    }

    private void listen(LineFormat format, Line.Channel channel) throws IOException, InterruptedException {
        progress.tell(Json.object()
                .add("stage", "listen")
                .add("format", format.toString())
                .add("say", "listening at " + format)
                .build());
        List<Bytes> bursts = new ArrayList<>();
        long deadline = System.nanoTime() + plan.listening().toNanos();
        int octets = 0;
        for (long left = plan.listening().toNanos();
                left > 0 && octets < MOST_OCTETS;
                left = deadline - System.nanoTime()) {
            Bytes burst = burst(channel, Duration.ofNanos(left));
            if (burst.length() > 0) {
                bursts.add(burst);
                octets += burst.length();
            }
        }
        captures.add(new Capture(format, plan.listening(), bursts));
    }

    /** Whether somebody was heard. */
    private boolean ask(LineFormat format, Line.Channel channel) throws IOException, InterruptedException {
        int before = probes.size();
        for (int unit : plan.units()) {
            if (asked % STEP == 0) {
                progress.tell(Json.object()
                        .add("stage", "ask")
                        .add("format", format.toString())
                        .add("unit", unit)
                        .add("done", asked)
                        .add("of", plan.questions())
                        .add(
                                "say",
                                "asking unit " + unit + " at " + format + " (" + asked + " of " + plan.questions()
                                        + ")")
                        .build());
            }
            asked++;
            probe(format, channel, unit);
        }
        List<Integer> heard = probes.subList(before, probes.size()).stream()
                .filter(probe -> probe.kind() != Kind.SILENCE)
                .map(Probe::unit)
                .toList();
        for (int unit : heard) {
            for (int i = 0; i < SurveyPlan.REPEATS; i++) {
                probe(format, channel, unit);
            }
        }
        return probes.subList(before, probes.size()).stream()
                .anyMatch(probe -> probe.kind() == Kind.ANSWER || probe.kind() == Kind.ANSWER_AND_MORE);
    }

    private void probe(LineFormat format, Line.Channel channel, int unit) throws IOException, InterruptedException {
        Bytes question = Probe.question(unit);
        try {
            channel.write(question.toArray());
            probes.add(new Probe(format, unit, question, burst(channel, plan.patience())));
            troublesInRow = 0;
        } catch (IOException e) {
            troublesInRow++;
            if (troublesInRow == MOST_TROUBLES) {
                throw e;
            }
            if (troubles.size() < MOST_TROUBLES) {
                troubles.add(String.valueOf(e.getMessage()));
            }
        }
    }

    /** All that comes without a gap; empty when nothing has come within {@code patience}. */
    private static Bytes burst(Line.Channel channel, Duration patience) throws IOException, InterruptedException {
        var buffer = new byte[LONGEST];
        int length = channel.read(buffer, 0, patience);
        while (length > 0 && length < LONGEST) {
            int got = channel.read(buffer, length, LONGEST_GAP);
            if (got == 0) {
                break;
            }
            length += got;
        }
        return Bytes.of(Arrays.copyOf(buffer, length));
    }
}
