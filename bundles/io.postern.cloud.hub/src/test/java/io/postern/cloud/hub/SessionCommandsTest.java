// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.cloud.hub.commands.Acknowledgement;
import io.postern.cloud.hub.commands.Command;
import io.postern.cloud.hub.commands.LockedCommand;
import io.postern.cloud.hub.commands.Settlement;
import io.postern.cloud.hub.methods.MethodCall;
import io.postern.cloud.hub.methods.MethodReply;
import io.postern.cloud.hub.methods.MethodRequest;
import io.postern.wire.Bytes;
import io.postern.wire.Json;
import io.postern.wire.hub.PropertyBag;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a connected device gets from the cloud, and what becomes of it when the device goes. */
@Timeout(30)
class SessionCommandsTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private HubFixture fixture;
    private Hub hub;
    private DeviceIdentity meter;
    private final RecordedLine line = new RecordedLine();

    @BeforeEach
    void open() throws IOException {
        fixture = new HubFixture(directory);
        hub = fixture.hub;
        meter = fixture.device("meter-1");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    @Tag("HUB-09")
    void aConnectedDeviceIsToldOfItsCommandsAndOnlyOfItsOwn() throws Exception {
        DeviceIdentity other = fixture.device("meter-2");
        var otherLine = new RecordedLine();
        DeviceSession session = connect(line);
        DeviceSession otherSession = hub.connect(fixture.admitted(other), Optional.empty(), otherLine)
                .orElseThrow();

        send("open");

        assertThat(line.commandsWaiting).hasValue(1);
        assertThat(otherLine.commandsWaiting).hasValue(0);
        assertThat(otherSession.takeCommand()).isEmpty();
        LockedCommand taken = session.takeCommand().orElseThrow();
        assertThat(otherSession.settle(taken.token(), Settlement.COMPLETE)).isFalse();
        assertThat(session.settle(taken.token(), Settlement.COMPLETE)).isTrue();
        assertThat(hub.commands().pending(meter.deviceId())).isZero();
    }

    @Test
    @Tag("HUB-09")
    void whatADeviceHeldWhenItWentWaitsAgainAtOnceAndCounts() throws Exception {
        send("open");
        send("close");
        DeviceSession first = connect(line);
        LockedCommand held = first.takeCommand().orElseThrow();
        first.close();

        DeviceSession second = connect(new RecordedLine());
        LockedCommand again = second.takeCommand().orElseThrow();
        assertThat(again.messageId()).isEqualTo("open");
        assertThat(again.deliveries()).isEqualTo(1);
        assertThat(second.settle(held.token(), Settlement.COMPLETE)).isFalse();

        DeviceSession third = connect(line); // displaces the second
        assertThat(third.takeCommand().orElseThrow().deliveries()).isEqualTo(2);
        assertThat(third.takeCommand().orElseThrow().deliveries()).isZero();
        assertThatThrownBy(second::takeCommand).isInstanceOf(SessionEndedException.class);
    }

    @Test
    void aRequestHoldsItsCommandBeyondItsEndAndALiveSessionDoesNotGetIt() throws Exception {
        send("open");
        LockedCommand held;
        try (DeviceSession once = hub.once(fixture.admitted(meter))) {
            held = once.takeCommand(Duration.ofSeconds(180)).orElseThrow();
        }
        DeviceSession live = connect(line);
        assertThat(live.takeCommand()).isEmpty();
        live.close();
        fixture.clock.advance(Duration.ofSeconds(179));
        try (DeviceSession once = hub.once(fixture.admitted(meter))) {
            assertThat(once.settle(held.token(), Settlement.COMPLETE)).isTrue();
        }
    }

    @Test
    void aMethodReachesTheListeningDeviceAndItsAnswerComesBack() throws Exception {
        DeviceSession session = connect(line);
        assertThat(invoke(Duration.ZERO).get()).isEqualTo(new MethodReply.NotOnline());
        session.listenToMethods(true);
        FutureTask<MethodReply> reply = invoke(Duration.ZERO);
        MethodCall call = line.calls.take();

        assertThat(call.name()).isEqualTo("reboot");
        assertThat(call.payload().toUtf8()).isEqualTo("{\"in\":5}");
        assertThat(session.answerMethod(call.requestId(), 200, Bytes.utf8("\"ok\"")))
                .isTrue();
        assertThat(reply.get()).isEqualTo(new MethodReply.Answered(200, Json.text("ok")));
        session.listenToMethods(false);
        assertThat(invoke(Duration.ZERO).get()).isEqualTo(new MethodReply.NotOnline());
    }

    @Test
    void aMethodWaitsForTheDeviceToConnectAndFailsAtOnceWhenItGoes() throws Exception {
        FutureTask<MethodReply> reply = invoke(LONG);
        DeviceSession session = connect(line);
        session.listenToMethods(true);
        line.calls.take();
        session.close();

        assertThat(reply.get(20, TimeUnit.SECONDS)).isEqualTo(new MethodReply.LineLost());
        assertThat(invoke(Duration.ZERO).get()).isEqualTo(new MethodReply.NotOnline());
        assertThatThrownBy(() -> session.listenToMethods(true)).isInstanceOf(SessionEndedException.class);
    }

    @Test
    void deletingTheDeviceFailsItsCallsAtOnceAndItIsNotFoundAfterwards() throws Exception {
        DeviceSession session = connect(line);
        session.listenToMethods(true);
        FutureTask<MethodReply> reply = invoke(LONG);
        MethodCall call = line.calls.take();
        hub.identities().delete(meter.deviceId(), IfMatch.ANY);

        assertThat(reply.get(20, TimeUnit.SECONDS)).isEqualTo(new MethodReply.LineLost());
        assertThatThrownBy(() -> session.answerMethod(call.requestId(), 200, Bytes.EMPTY))
                .isInstanceOf(SessionEndedException.class);
        assertThat(invoke(Duration.ZERO).get()).isEqualTo(new MethodReply.NoDevice());
    }

    private FutureTask<MethodReply> invoke(Duration connect) {
        var request = new MethodRequest("reboot", Bytes.utf8("{\"in\":5}"), connect, LONG);
        Callable<MethodReply> call = () -> hub.methods().invoke(meter.deviceId(), request);
        var task = new FutureTask<>(call);
        Thread.ofVirtual().start(task);
        return task;
    }

    private void send(String messageId) {
        hub.commands()
                .send(
                        meter.deviceId(),
                        new Command(
                                Optional.of(messageId),
                                PropertyBag.EMPTY,
                                Bytes.utf8("x"),
                                Optional.empty(),
                                Acknowledgement.NONE));
    }

    private DeviceSession connect(RecordedLine heard) {
        return hub.connect(fixture.admitted(meter), Optional.empty(), heard).orElseThrow();
    }
}
