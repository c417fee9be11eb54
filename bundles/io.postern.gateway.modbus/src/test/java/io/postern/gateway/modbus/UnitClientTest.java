// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.spi.Line.Event;
import io.postern.sensor.modbus.Answer;
import io.postern.sensor.modbus.Block;
import io.postern.sensor.modbus.ExceptionCode;
import io.postern.sensor.modbus.Framing;
import io.postern.sensor.modbus.Request;
import io.postern.sensor.modbus.Space;
import io.postern.sensor.modbus.Span;
import io.postern.wire.Bytes;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class UnitClientTest {
    private static final Request.Read TWO = new Request.Read(new Span(Space.HOLDING, 10, 2));
    private static final String ASK_TWO = "0103000a0002e409";
    private static final String PROBE = "0103000a0001a408"; // the same address, one register
    private static final Bytes GOOD = closed("010304000a000b");
    private static final Bytes STALE = closed("01030400630064");
    private static final Bytes PROBED = closed("010302000a");

    private final ScriptedChannel channel = new ScriptedChannel();
    private final UnitClient client = client(Framing.RTU, false);

    @Test
    void aRequestIsTheUnitTheFunctionAndTheCheckSum() throws Exception {
        channel.answers(GOOD);

        assertThat(client.ask(channel, TWO)).isEqualTo(new Answer.Data(new Block(TWO.span(), Bytes.hex("000a000b"))));
        assertThat(channel.log()).containsExactly(ASK_TWO);
    }

    @Test
    void aMuteUnitIsSaidToBeMuteAndTheLineIsKeptQuiet() {
        assertThatThrownBy(() -> client.ask(channel, TWO))
                .isInstanceOf(ModbusException.class)
                .hasMessage("unit 1, reading 2 of holding from 10: no answer; is it powered, is its address right,"
                        + " are the wires swapped?");
        assertThat(channel.log()).containsExactly(ASK_TWO, "quiet 500ms");
    }

    @Test
    void anExceptionIsPassedOnExactlyAndCostsNoQuiet() {
        channel.answers(closed("018302"));

        assertThatThrownBy(() -> client.ask(channel, TWO))
                .hasMessage("unit 1, reading 2 of holding from 10: refused with exception 2 (illegal data address)");
        assertThat(channel.log()).containsExactly(ASK_TWO);
    }

    @Test
    void afterAMissingAnswerARequestOfAnotherLengthGoesFirst() throws Exception {
        assertThatThrownBy(() -> client.ask(channel, TWO)).isInstanceOf(ModbusException.class);
        channel.answers(STALE, PROBED).answers(GOOD).answers(GOOD);

        assertThat(register(client, 10)).isEqualTo(10);
        assertThat(register(client, 10)).isEqualTo(10);
        assertThat(channel.log()).containsExactly(ASK_TWO, "quiet 500ms", PROBE, ASK_TWO, ASK_TWO);
    }

    @Test
    void aLateAnswerIsNeverTakenForTheNextOneHoweverLateItIs() throws Exception {
        // two answers are missing; all of it arrives in the end, in order
        assertThatThrownBy(() -> client.ask(channel, TWO)).isInstanceOf(ModbusException.class);
        assertThatThrownBy(() -> client.ask(channel, TWO)).isInstanceOf(ModbusException.class);
        channel.answers(STALE, PROBED).answers(PROBED, GOOD);

        assertThat(register(client, 10)).isEqualTo(10);
        assertThat(channel.log()).containsExactly(ASK_TWO, "quiet 500ms", PROBE, "quiet 500ms", PROBE, ASK_TWO);
    }

    @Test
    void aRefusedProbeIsAnAnswerToo() throws Exception {
        assertThatThrownBy(() -> client.ask(channel, TWO)).isInstanceOf(ModbusException.class);
        channel.answers(closed("018302")).answers(GOOD);

        assertThat(register(client, 10)).isEqualTo(10);
    }

    @Test
    void aSpoiledAnswerHasComeSoTheLineNeedsNoQuiet() {
        channel.answers(Bytes.hex("010304000a000bffff"));

        assertThatThrownBy(() -> client.ask(channel, TWO)).hasMessageContaining("check sum is wrong");
        assertThat(channel.log()).containsExactly(ASK_TWO);
    }

    @Test
    void anAnswerThatBreaksOffIsNamed() {
        channel.answers(GOOD.slice(0, 6));

        assertThatThrownBy(() -> client.ask(channel, TWO))
                .hasMessageContaining("the answer broke off after 6 of 9 octets");
        assertThat(channel.log()).containsExactly(ASK_TWO, "quiet 500ms");
    }

    @Test
    void anEchoIsTakenAwayWhenTheLineHasOne() throws Exception {
        var echoing = client(Framing.RTU, true);
        channel.answers(Bytes.hex(ASK_TWO), GOOD);

        assertThat(register(echoing, 11)).isEqualTo(11);
    }

    @Test
    void onlyAnEchoIsAMuteUnit() {
        var echoing = client(Framing.RTU, true);
        channel.answers(Bytes.hex(ASK_TWO));

        assertThatThrownBy(() -> echoing.ask(channel, TWO))
                .isInstanceOf(ModbusException.class)
                .hasMessageContaining("no answer");
        assertThat(channel.noted).containsExactly(Event.TIMEOUT);
    }

    @Test
    void whatBecameOfEachFrameIsNoted() throws Exception {
        channel.answers(GOOD).answers(closed("018302")).answers(Bytes.hex("010304000a000bffff"));

        client.ask(channel, TWO);
        assertThatThrownBy(() -> client.ask(channel, TWO)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> client.ask(channel, TWO)).isInstanceOf(ModbusException.class);
        assertThat(channel.noted).containsExactly(Event.FRAME, Event.REFUSED, Event.GARBLED);
    }

    @Test
    void aLostAnswerToAWriteIsFollowedByAReadingThatCannotBeTakenForIt() throws Exception {
        var write = new Request.WriteOne(new Block(new Span(Space.HOLDING, 7, 1), Bytes.hex("0001")));
        assertThatThrownBy(() -> client.ask(channel, write)).hasMessageContaining("writing 1 of holding from 7");
        channel.answers(closed("010600070001"), closed("0103020001")).answers(closed("010600070001"));

        assertThat(client.ask(channel, write)).isEqualTo(new Answer.Written());
        assertThat(channel.log().get(2)).startsWith("010300070001");
    }

    @Test
    void onTcpALateAnswerIsKnownByItsNumberAndCostsNothing() throws Exception {
        UnitClient tcp = client(Framing.TCP, false);
        assertThatThrownBy(() -> tcp.ask(channel, TWO)).hasMessageContaining("no answer");
        Bytes late = Bytes.hex("000100000007" + "010304" + "00630064");
        Bytes good = Bytes.hex("000200000007" + "010304" + "000a000b");
        channel.answers(late, good).answers(late);

        assertThat(register(tcp, 10)).isEqualTo(10);
        assertThatThrownBy(() -> tcp.ask(channel, TWO))
                .hasMessageContaining("late, to an earlier question: unit 1 answered function 3");
        assertThat(channel.log())
                .containsExactly(
                        "00010000000601" + "03000a0002",
                        "00020000000601" + "03000a0002",
                        "00030000000601" + "03000a0002");
    }

    @Test
    void asciiIsSpokenInDigits() throws Exception {
        UnitClient ascii = client(Framing.ASCII, false);
        channel.answers(Framing.ASCII.frame(1, 0, Bytes.hex("0304000a000b")));

        assertThat(register(ascii, 11)).isEqualTo(11);
        assertThat(Bytes.hex(channel.log().getFirst()).toUtf8()).isEqualTo(":0103000A0002F0\r\n");
    }

    @Test
    void anExceptionOfAGatewaySaysWhoIsSilent() {
        channel.answers(closed("01830b"));

        assertThatThrownBy(() -> client.ask(channel, TWO))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.code()).isEqualTo(new ExceptionCode(11)))
                .hasMessageContaining("the gateway answers, the unit behind it does not");
    }

    private static UnitClient client(Framing framing, boolean echo) {
        return new UnitClient(new UnitAddress(1, framing, echo), Duration.ofMillis(500), System::nanoTime);
    }

    private int register(UnitClient asking, int address) throws Exception {
        return asking.ask(channel, TWO) instanceof Answer.Data(Block block) ? block.register(address) : -1;
    }

    private static Bytes closed(String hex) {
        Bytes body = Bytes.hex(hex);
        return Framing.RTU.frame(body.at(0), 0, body.slice(1, body.length()));
    }
}
