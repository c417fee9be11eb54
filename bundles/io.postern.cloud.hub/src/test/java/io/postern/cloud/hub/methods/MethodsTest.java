// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub.methods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.Json;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class MethodsTest {
    private static final DeviceId METER = DeviceId.of("meter-1");
    private static final DeviceId OTHER = DeviceId.of("meter-2");
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Bytes NOTHING = Bytes.utf8("null");

    private final Methods methods = new Methods(device -> device.equals(METER) || device.equals(OTHER));
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<MethodCall> asked = new LinkedBlockingQueue<>();
    private final MethodLine line = asked::add;

    @AfterEach
    void close() {
        callers.shutdownNow();
    }

    @Test
    void theAnswerReachesWhoAskedByItsRequestId() throws Exception {
        methods.listen(METER, line);
        Future<MethodReply> first = invoke(request("one", LONG, LONG));
        MethodCall one = next();
        Future<MethodReply> second = invoke(request("two", LONG, LONG));
        MethodCall two = next();

        assertThat(one.name()).isEqualTo("one");
        assertThat(methods.answer(METER, line, two.requestId(), 202, Bytes.utf8("[2]")))
                .isTrue();
        assertThat(methods.answer(METER, line, one.requestId(), 200, Bytes.EMPTY))
                .isTrue();
        assertThat(first.get()).isEqualTo(new MethodReply.Answered(200, JsonValue.NULL));
        assertThat(second.get()).isEqualTo(new MethodReply.Answered(202, Json.parse("[2]")));
        assertThat(methods.answer(METER, line, one.requestId(), 200, Bytes.EMPTY))
                .isFalse();
    }

    @Test
    void nobodyElsesAnswerCounts() throws Exception {
        methods.listen(METER, line);
        MethodLine foreign = _ -> {};
        methods.listen(OTHER, foreign);
        Future<MethodReply> reply = invoke(request("one", LONG, LONG));
        String id = next().requestId();

        assertThat(methods.answer(OTHER, foreign, id, 200, NOTHING)).isFalse();
        assertThat(methods.answer(METER, foreign, id, 200, NOTHING)).isFalse();
        assertThat(methods.answer(METER, line, "no-such", 200, NOTHING)).isFalse();
        assertThat(reply.isDone()).isFalse();
        assertThat(methods.answer(METER, line, id, 200, NOTHING)).isTrue();
        assertThat(reply.get()).isInstanceOf(MethodReply.Answered.class);
    }

    @Test
    void aDeviceThatIsNotThereOrDoesNotListenIsNotOnline() throws Exception {
        assertThat(methods.invoke(DeviceId.of("nobody"), request("one", LONG, LONG)))
                .isEqualTo(new MethodReply.NoDevice());
        assertThat(methods.invoke(METER, request("one", Duration.ZERO, LONG))).isEqualTo(new MethodReply.NotOnline());
        methods.listen(METER, line);
        methods.ignore(METER, line);
        assertThat(methods.invoke(METER, request("one", Duration.ofMillis(1), LONG)))
                .isEqualTo(new MethodReply.NotOnline());
        assertThat(asked).isEmpty();
    }

    @Test
    void aCallWaitsForTheDeviceToListen() throws Exception {
        Future<MethodReply> reply = invoke(request("one", LONG, LONG));
        methods.listen(METER, line);
        methods.answer(METER, line, next().requestId(), 200, NOTHING);
        assertThat(reply.get()).isInstanceOf(MethodReply.Answered.class);
    }

    @Test
    void aDeviceThatDoesNotAnswerInTimeIsTooLate() throws Exception {
        methods.listen(METER, line);
        assertThat(methods.invoke(METER, request("one", LONG, Duration.ofMillis(20))))
                .isEqualTo(new MethodReply.TimedOut());
        assertThat(methods.answer(METER, line, next().requestId(), 200, NOTHING))
                .isFalse();
    }

    @Test
    void theEndOfALineFailsItsCallsAtOnceAndNoOthers() throws Exception {
        methods.listen(METER, line);
        Future<MethodReply> lost = invoke(request("one", LONG, LONG));
        next();
        BlockingQueue<MethodCall> askedLater = new LinkedBlockingQueue<>();
        MethodLine newer = askedLater::add;
        methods.listen(METER, newer);
        Future<MethodReply> kept = invoke(request("two", LONG, LONG));
        String id = askedLater.take().requestId();

        methods.end(METER, line);
        assertThat(lost.get(20, TimeUnit.SECONDS)).isEqualTo(new MethodReply.LineLost());
        assertThat(methods.answer(METER, newer, id, 200, NOTHING)).isTrue();
        assertThat(kept.get()).isInstanceOf(MethodReply.Answered.class);
    }

    @Test
    void oneDeviceHasABoundedNumberOfOpenCalls() throws Exception {
        methods.listen(METER, line);
        List<Future<MethodReply>> open = new ArrayList<>();
        for (int i = 0; i < Methods.MOST_EACH; i++) {
            open.add(invoke(request("m", LONG, LONG)));
            next();
        }
        assertThat(methods.invoke(METER, request("m", LONG, LONG)))
                .isEqualTo(new MethodReply.TooMany(Methods.MOST_EACH));
        assertThat(methods.invoke(OTHER, request("m", Duration.ZERO, LONG))).isEqualTo(new MethodReply.NotOnline());

        methods.end(METER, line);
        for (Future<MethodReply> each : open) {
            assertThat(each.get()).isEqualTo(new MethodReply.LineLost());
        }
        assertThat(methods.invoke(METER, request("m", Duration.ZERO, LONG))).isEqualTo(new MethodReply.NotOnline());
    }

    @Test
    void anAnswerThatIsNoJsonOrTooLargeIsToldSo() throws Exception {
        methods.listen(METER, line);
        Future<MethodReply> garbled = invoke(request("one", LONG, LONG));
        methods.answer(METER, line, next().requestId(), 200, Bytes.utf8("{\"a\":"));
        assertThat(garbled.get()).isInstanceOf(MethodReply.Unreadable.class);

        Future<MethodReply> large = invoke(request("one", LONG, LONG));
        methods.answer(METER, line, next().requestId(), 200, Bytes.of(new byte[MethodRequest.LARGEST + 1]));
        assertThat(large.get()).isEqualTo(new MethodReply.Unreadable("the device's answer has more than 131072 bytes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a/b", "a#", "+", "a?b", "ä", "a\nb"})
    void aNameThatCannotStandInATopicIsRefused(String name) {
        assertThatThrownBy(() -> request(name, LONG, LONG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("methodName");
    }

    @Test
    void limitsOfACallAreKept() {
        assertThatThrownBy(() -> request("m".repeat(101), LONG, LONG)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request("m", Duration.ofSeconds(301), LONG))
                .hasMessageContaining("connectTimeoutInSeconds is 0 to 300");
        assertThatThrownBy(() -> request("m", LONG, Duration.ofSeconds(301)))
                .hasMessageContaining("responseTimeoutInSeconds is 5 to 300");
        assertThatThrownBy(() -> new MethodRequest("m", Bytes.of(new byte[MethodRequest.LARGEST + 1]), LONG, LONG))
                .hasMessageContaining("at most 131072 bytes");
    }

    private Future<MethodReply> invoke(MethodRequest request) {
        return callers.submit(() -> methods.invoke(METER, request));
    }

    private MethodCall next() throws InterruptedException {
        return asked.take();
    }

    private static MethodRequest request(String name, Duration connect, Duration response) {
        return new MethodRequest(name, NOTHING, connect, response);
    }
}
