// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.modbus.ModbusException.Fault;
import io.postern.sensor.modbus.Space;
import io.postern.wire.Bytes;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RtuClientTest {
    private static final ReadRequest TWO = new ReadRequest(Space.HOLDING, 10, 2);
    private static final String ASK_TWO = "0103000a0002e409";
    private static final String PROBE = "0103000a0001a408"; // the same address, one register
    private static final Bytes GOOD = Octets.closed("010304000a000b");
    private static final Bytes STALE = Octets.closed("01030400630064");
    private static final Bytes PROBED = Octets.closed("010302000a");

    private final ScriptedChannel channel = new ScriptedChannel();
    private final RtuClient client = new RtuClient(1, Duration.ofMillis(500), false);

    @Test
    void aRequestIsTheUnitTheFunctionAndTheCheckSum() throws Exception {
        channel.answers(GOOD);

        assertThat(client.read(channel, TWO)).isEqualTo(new Frame(TWO, Bytes.hex("000a000b")));
        assertThat(channel.log()).containsExactly(ASK_TWO);
    }

    @Test
    void aMuteUnitIsSaidToBeMuteAndTheLineIsKeptQuiet() {
        assertThatThrownBy(() -> client.read(channel, TWO))
                .isInstanceOfSatisfying(
                        ModbusException.class, e -> assertThat(e.fault()).isEqualTo(new Fault.Mute()))
                .hasMessage("unit 1, reading 2 of holding from 10: no answer; is it powered, is its address right,"
                        + " are the wires swapped?");
        assertThat(channel.log()).containsExactly(ASK_TWO, "quiet 500ms");
    }

    @Test
    void anExceptionIsPassedOnExactlyAndCostsNoQuiet() {
        channel.answers(Octets.closed("018302"));

        assertThatThrownBy(() -> client.read(channel, TWO))
                .hasMessage("unit 1, reading 2 of holding from 10: refused with exception 2 (illegal data address)");
        assertThat(channel.log()).containsExactly(ASK_TWO);
    }

    @Test
    void afterAMissingAnswerARequestOfAnotherLengthGoesFirst() throws Exception {
        assertThatThrownBy(() -> client.read(channel, TWO)).isInstanceOf(ModbusException.class);
        channel.answers(STALE, PROBED).answers(GOOD).answers(GOOD);

        assertThat(client.read(channel, TWO).registers(10, 1)).isEqualTo(10);
        assertThat(client.read(channel, TWO).registers(10, 1)).isEqualTo(10);
        assertThat(channel.log()).containsExactly(ASK_TWO, "quiet 500ms", PROBE, ASK_TWO, ASK_TWO);
    }

    @Test
    void aLateAnswerIsNeverTakenForTheNextOneHoweverLateItIs() throws Exception {
        // two answers are missing; all of it arrives in the end, in order
        assertThatThrownBy(() -> client.read(channel, TWO)).isInstanceOf(ModbusException.class);
        assertThatThrownBy(() -> client.read(channel, TWO)).isInstanceOf(ModbusException.class);
        channel.answers(STALE, PROBED).answers(PROBED, GOOD);

        assertThat(client.read(channel, TWO).registers(10, 1)).isEqualTo(10);
        assertThat(channel.log()).containsExactly(ASK_TWO, "quiet 500ms", PROBE, "quiet 500ms", PROBE, ASK_TWO);
    }

    @Test
    void aRefusedProbeIsAnAnswerToo() throws Exception {
        assertThatThrownBy(() -> client.read(channel, TWO)).isInstanceOf(ModbusException.class);
        channel.answers(Octets.closed("018302")).answers(GOOD);

        assertThat(client.read(channel, TWO).registers(10, 1)).isEqualTo(10);
    }

    @Test
    void aSpoiledAnswerHasComeSoTheLineNeedsNoQuiet() {
        channel.answers(Bytes.hex("010304000a000bffff"));

        assertThatThrownBy(() -> client.read(channel, TWO)).hasMessageContaining("check sum is wrong");
        assertThat(channel.log()).containsExactly(ASK_TWO);
    }

    @Test
    void anAnswerThatBreaksOffIsNamed() {
        channel.answers(GOOD.slice(0, 6));

        assertThatThrownBy(() -> client.read(channel, TWO))
                .hasMessageContaining("the answer broke off after 6 of 9 octets");
        assertThat(channel.log()).containsExactly(ASK_TWO, "quiet 500ms");
    }

    @Test
    void anEchoIsTakenAwayWhenTheLineHasOne() throws Exception {
        var echoing = new RtuClient(1, Duration.ofMillis(500), true);
        channel.answers(Bytes.hex(ASK_TWO), GOOD);

        assertThat(echoing.read(channel, TWO).registers(11, 1)).isEqualTo(11);
    }

    @Test
    void onlyAnEchoIsAMuteUnit() {
        var echoing = new RtuClient(1, Duration.ofMillis(500), true);
        channel.answers(Bytes.hex(ASK_TWO));

        assertThatThrownBy(() -> echoing.read(channel, TWO))
                .isInstanceOfSatisfying(
                        ModbusException.class, e -> assertThat(e.fault()).isEqualTo(new Fault.Mute()));
    }
}
