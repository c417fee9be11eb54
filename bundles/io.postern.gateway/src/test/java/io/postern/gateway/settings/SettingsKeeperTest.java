// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.gateway.provisioning.Assignment;
import io.postern.gateway.settings.Configurations.Delivery;
import io.postern.wire.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes of settings in simulated time, on a disk that survives and a memory that does not. */
class SettingsKeeperTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private final KeeperSite site = new KeeperSite();

    @BeforeEach
    void start() throws IOException {
        site.start();
    }

    private static JsonObject change(String id, String pid, String set) {
        return Json.parseObject("{\"change\":\"" + id + "\",\"within\":\"10m\",\"configurations\":[{\"pid\":\"" + pid
                + "\",\"set\":" + set + "}]}");
    }

    private static JsonObject baud(String id, int baud) {
        return change(id, KeeperSite.LINE, "{\"baud\":" + baud + "}");
    }

    private void pass(long seconds) {
        site.pass(Duration.ofSeconds(seconds));
    }

    private int running() {
        return site.running(KeeperSite.LINE).getInt("baud");
    }

    @Test
    void aChangeThatProvesItselfIsKeptAndOutlivesRestarts() throws IOException {
        site.keeper.propose(baud("a", 19200), "hub");
        assertThat(running()).as("whoever asked has the answer first").isEqualTo(9600);
        pass(10);

        assertThat(site.outcome()).isEqualTo("a kept");
        assertThat(running()).isEqualTo(19200);
        site.start();
        assertThat(running()).as("over what the file says").isEqualTo(19200);
        assertThat(site.running(KeeperSite.LINE).getString("port")).isEqualTo("/dev/ttyUSB0");
    }

    @Test
    void aChangeThatCutsTheWayHomeIsTakenBackInTimeAndSaysWhatItWaitedFor() throws IOException {
        site.keeper.propose(change("b", KeeperSite.GATEWAY, "{\"proxy\":\"http://nowhere:3128\"}"), "hub");
        site.home = false;
        site.provisioned = false;
        pass(590);
        assertThat(site.isOnTrial()).isTrue();
        assertThat(site.running(KeeperSite.GATEWAY).getString("proxy")).isEqualTo("http://nowhere:3128");
        pass(12);

        assertThat(site.outcome()).isEqualTo("b reverted");
        assertThat(site.reason())
                .isEqualTo("not proven in time; still waiting for the provisioning service to answer, and for the hub"
                        + " to take the gateway's report in a new session");
        assertThat(site.running(KeeperSite.GATEWAY)).doesNotContainKey("proxy");
        assertThat(site.exchanges.isProvisioningDemanded()).isFalse();
    }

    @Test
    void aGatewayThatWasLedToAStrangeHubGoesBackToItsOwn() throws IOException {
        JsonObject own = Json.parseObject("{\"hub\":\"own.example\"}");
        site.write(Assignment.FACT, own);
        site.keeper.propose(change("x", KeeperSite.GATEWAY, "{\"provisioningHost\":\"other.example\"}"), "hub");
        site.home = false;
        pass(60);
        assertThat(site.read(Assignment.FACT)).get().hasToString("{\"hub\":\"strange.example\"}");
        site.start();
        pass(600);
        assertThat(site.outcome()).isEqualTo("x reverted");
        assertThat(site.read(Assignment.FACT)).contains(own);

        site.home = true;
        site.keeper.propose(change("y", KeeperSite.GATEWAY, "{\"provisioningHost\":\"other.example\"}"), "hub");
        pass(60);
        assertThat(site.outcome()).isEqualTo("y kept");
        assertThat(site.read(Assignment.FACT)).get().hasToString("{\"hub\":\"strange.example\"}");
    }

    @Test
    void aLineThatDoesNotReadAnyMoreIsTakenBackThoughTheHubIsThere() throws IOException {
        site.keeper.propose(baud("c", 300), "hub");
        site.readings = false;
        pass(605);

        assertThat(site.outcome()).isEqualTo("c reverted");
        assertThat(site.reason()).endsWith("waiting for a good reading of each leaf that had them before");
        assertThat(running()).isEqualTo(9600);
    }

    @Test
    void whatCanHarmNothingIsKeptWithoutAWayHome() throws IOException {
        site.home = false;
        site.readings = false;
        site.keeper.propose(change("d", KeeperSite.LEAF, "{\"period\":\"1s\"}"), "hub");
        pass(6);
        assertThat(site.outcome()).isEqualTo("d kept");
    }

    @Test
    void aPartThatCannotRunWithItIsReasonToReturnAtOnce() throws IOException {
        site.delivery = new Delivery.Failed(KeeperSite.LINE + ": port: there is no such port");
        site.keeper.propose(change("e", KeeperSite.LINE, "{\"port\":\"usb:none\"}"), "hub");
        pass(4);
        assertThat(site.outcome()).isEqualTo("e reverted");
        assertThat(site.reason()).isEqualTo(KeeperSite.LINE + ": port: there is no such port");
        assertThat(site.running(KeeperSite.LINE).getString("port")).isEqualTo("/dev/ttyUSB0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            io.postern.gateway.serial~main | {"baud":5000000}            | baud: 50 to 4000000
            io.postern.gateway.serial~main | {"boud":9600}               | has no key boud; there are baud, name
            io.postern.gateway.tpm         | {"device":"tcp:evil:1"}     | changed in the gateway's own file only
            io.postern.gateway.store       | {"directory":"/tmp"}        | changed in the gateway's own file only
            io.postern.gateway             | {"identity":"symmetric-key"}| identity is changed in the gateway's own file
            io.postern.gateway             | {"keyFile":"/etc/shadow"}   | keyFile is changed in the gateway's own file
            io.postern.gateway.leaf~meter-1| {"leaf":"meter-2"}          | a leaf keeps its identity
            io.postern.gateway.fridge      | {"cold":true}               | no part of this gateway has such a configuration
            org.apache.felix.http          | {"port":80}                 | not the name of a gateway's configuration
            """)
    void whatCannotBeIsRefusedWithTheReasonBeforeAnythingIsTouched(String pid, String set, String reason) {
        assertThatThrownBy(() -> site.keeper.propose(change("f", pid, set), "hub"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
        pass(10);
        assertThat(site.isOnTrial()).isFalse();
        assertThat(site.handed).isEmpty();
    }

    @Test
    void aChangeOfSeveralIsRefusedWholeWhenOneOfThemCannotBe() {
        JsonObject both = Json.parseObject("{\"change\":\"g\",\"configurations\":[{\"pid\":\"" + KeeperSite.LEAF
                + "\",\"set\":{\"period\":\"1s\"}},{\"pid\":\"" + KeeperSite.LINE + "\",\"set\":{\"baud\":5000000}}]}");
        assertThatThrownBy(() -> site.keeper.propose(both, "hub")).isInstanceOf(IllegalArgumentException.class);
        pass(10);
        assertThat(site.handed).isEmpty();
    }

    @Test
    void aSecondChangeIsRefusedDuringATrialButWhatATwinDesiresWaits() throws IOException {
        site.home = false;
        site.keeper.propose(baud("h", 19200), "hub");
        pass(5);
        assertThatThrownBy(() -> site.keeper.propose(baud("i", 2400), "hub"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the change h is on trial");
        site.keeper.desire(baud("j", 2400));
        site.keeper.desire(baud("k", 4800));
        pass(5);
        site.home = true;
        pass(20);
        assertThat(running()).as("the newest that was desired").isEqualTo(4800);
        assertThat(site.outcome()).isEqualTo("k kept");
    }

    @Test
    void whatATwinStillDesiresIsNotDoneAgain() throws IOException {
        site.keeper.desire(baud("l", 300));
        site.readings = false;
        pass(620);
        assertThat(site.outcome()).isEqualTo("l reverted");
        site.keeper.desire(baud("l", 300));
        pass(5);
        site.start();
        site.keeper.desire(baud("l", 300));
        pass(5);
        assertThat(site.isOnTrial()).isFalse();
        assertThat(running()).isEqualTo(9600);
    }

    @Test
    void aRefusedDesireIsReportedOnceAndNotLookedAtAgain() throws IOException {
        site.keeper.desire(baud("m", 5_000_000));
        pass(2);
        assertThat(site.outcome()).isEqualTo("m refused");
        assertThat(site.reason()).contains("baud: 50 to 4000000");
        int writes = site.steps;
        site.keeper.desire(baud("m", 5_000_000));
        pass(5);
        assertThat(site.steps).isEqualTo(writes);
    }

    @Test
    void aTechnicianConfirmsWithoutACloudOrTakesItBack() throws IOException {
        site.home = false;
        site.keeper.propose(baud("n", 19200), "technician");
        assertThatThrownBy(() -> site.keeper.confirm("technician")).hasMessageContaining("not in force yet");
        pass(5);
        site.keeper.confirm("technician");
        pass(2);
        assertThat(site.outcome()).isEqualTo("n kept");
        assertThatThrownBy(() -> site.keeper.confirm("technician")).hasMessage("no change is on trial");

        site.keeper.propose(baud("o", 2400), "technician");
        pass(5);
        site.keeper.withdraw("technician");
        pass(2);
        assertThat(site.outcome()).isEqualTo("o reverted");
        assertThat(running()).isEqualTo(19200);
    }

    @Test
    void theWayBackToTheFileIsAChangeLikeAnyOther() throws IOException {
        site.keeper.propose(baud("p", 19200), "hub");
        pass(10);
        site.keeper.reset("q", "technician");
        pass(10);
        assertThat(site.outcome()).isEqualTo("q kept");
        assertThat(running()).isEqualTo(9600);
        assertThat(site.keeper.report().getJsonArray("changed")).isEmpty();
    }

    @Test
    void restartsDoNotGiveATrialMoreTimeAndTooManyEndIt() throws IOException {
        site.home = false;
        site.keeper.propose(baud("r", 19200), "hub");
        pass(300);
        site.start();
        assertThat(running()).as("the trial goes on").isEqualTo(19200);
        pass(290);
        assertThat(site.isOnTrial()).isTrue();
        pass(20);
        assertThat(site.outcome()).isEqualTo("r reverted");

        site.keeper.propose(baud("s", 19200), "hub");
        for (int start = 1; start <= TrialRules.MOST_STARTS; start++) {
            site.start();
            assertThat(running()).isEqualTo(19200);
        }
        site.start();
        assertThat(running()).isEqualTo(9600);
        assertThat(site.reason()).isEqualTo("the gateway was started 6 times in the trial");
    }

    @Test
    void aFullDiskRefusesANewChangeAndHoldsUpNoReturn() throws IOException {
        site.diskFull = true;
        assertThatThrownBy(() -> site.keeper.propose(baud("t", 19200), "hub")).isInstanceOf(IOException.class);
        pass(5);
        assertThat(site.handed).isEmpty();

        site.diskFull = false;
        site.readings = false;
        site.keeper.propose(baud("u", 19200), "hub");
        pass(5);
        site.diskFull = true;
        pass(600);
        assertThat(running()).isEqualTo(9600);
        site.diskFull = false;
        pass(2);
        assertThat(site.outcome()).isEqualTo("u reverted");
    }

    /** Each write of a whole change, good or bad, is once the last thing that happens, before it and after it. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aPowerCutAtAnyWriteLeavesTheStateBeforeOrTheOneAfterAndNeverHalf(boolean good) throws IOException {
        int cuts = 0;
        for (int cut = 1; cut < 200; cut++) {
            KeeperSite here = new KeeperSite().start();
            here.readings = good;
            here.cutAt = cut;
            boolean accepted = false;
            try {
                here.keeper.propose(twoAtOnce(), "hub");
                accepted = true;
                here.pass(MINUTE.multipliedBy(11));
                assertThat(here.outcome()).isEqualTo(good ? "v kept" : "v reverted");
                break;
            } catch (KeeperSite.Off off) {
                cuts++;
                here.start();
                assertWhole(here);
                here.pass(MINUTE.multipliedBy(11));
                assertWhole(here);
                assertThat(here.isOnTrial()).isFalse();
                if (accepted) {
                    assertThat(here.outcome()).isEqualTo(good ? "v kept" : "v reverted");
                }
            }
        }
        assertThat(cuts).isGreaterThanOrEqualTo(4);
    }

    private static JsonObject twoAtOnce() {
        return Json.parseObject("{\"change\":\"v\",\"within\":\"10m\",\"configurations\":[{\"pid\":\"" + KeeperSite.LEAF
                + "\",\"set\":{\"address\":\"unit:2\"}},{\"pid\":\"" + KeeperSite.LINE
                + "\",\"set\":{\"baud\":19200}}]}");
    }

    private static void assertWhole(KeeperSite here) {
        boolean leaf = here.running(KeeperSite.LEAF).containsKey("address");
        boolean line = here.running(KeeperSite.LINE).getInt("baud") == 19200;
        assertThat(leaf).as("both or neither").isEqualTo(line);
    }

    @Test
    void noReportHoldsAValue() throws IOException {
        site.keeper.propose(change("w", KeeperSite.GATEWAY, "{\"proxy\":\"http://user:pa55@p:3128\"}"), "hub");
        pass(3);
        assertThat(site.keeper.report().toString()).doesNotContain("pa55").contains(KeeperSite.GATEWAY);
    }
}
