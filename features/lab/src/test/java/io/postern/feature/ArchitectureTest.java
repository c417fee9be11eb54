// SPDX-License-Identifier: Apache-2.0
package io.postern.feature;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The directions between bundles, as ARCHITECTURE.md states them. */
class ArchitectureTest {
    private static final Path BUNDLES = Path.of(System.getProperty("postern.root"), "bundles");
    /** Tests issue certificates too. */
    private static final String TESTS = "io.postern.testkit..";

    private static final JavaClasses ALL = new ClassFileImporter().importPaths(classFolders());

    private static List<Path> classFolders() {
        try (Stream<Path> bundles = Files.list(BUNDLES)) {
            return bundles.map(bundle -> bundle.resolve("target/classes"))
                    .filter(Files::isDirectory)
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("the bundles are not where they should be: " + BUNDLES, e);
        }
    }

    @Test
    void thereIsSomethingToCheck() {
        assertThat(ALL.contain("io.postern.wire.SasToken")).isTrue();
        assertThat(ALL.contain("io.postern.gateway.spi.Outbox")).isTrue();
    }

    @Test
    void theWireKnowsNobody() {
        noClasses()
                .that(resideInAPackage("io.postern.wire.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.postern..")
                        .and(DescribedPredicate.not(resideInAPackage("io.postern.wire.."))))
                .check(ALL);
    }

    @Test
    void whatInstrumentsSayKnowsTheWireAndNobodyElse() {
        noClasses()
                .that(resideInAPackage("io.postern.sensor.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.postern..")
                        .and(DescribedPredicate.not(resideInAnyPackage("io.postern.sensor..", "io.postern.wire.."))))
                .check(ALL);
    }

    @Test
    void gatewayAndCloudNeverMeetButOnTheWire() {
        noClasses()
                .that(resideInAPackage("io.postern.gateway.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.postern.cloud.."))
                .check(ALL);
        noClasses()
                .that(resideInAPackage("io.postern.cloud.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.postern.gateway.."))
                .check(ALL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tpm", "store", "serial", "modbus", "gpio", "framed", "mbus", "ip", "health", "mqtt", "amqp", "load"
            })
    void anAdapterKnowsTheCoreAndNoOtherAdapter(String adapter) {
        String own = "io.postern.gateway." + adapter + "..";
        String[] others = Stream.of(
                        "tpm", "store", "serial", "modbus", "gpio", "framed", "mbus", "ip", "health", "mqtt", "amqp",
                        "load")
                .filter(each -> !each.equals(adapter))
                .map(each -> "io.postern.gateway." + each + "..")
                .toArray(String[]::new);
        noClasses()
                .that(resideInAPackage(own))
                .should()
                .dependOnClassesThat(resideInAnyPackage(others))
                .check(ALL);
        noClasses()
                .that(resideInAnyPackage("io.postern.gateway", "io.postern.gateway.spi.."))
                .should()
                .dependOnClassesThat(resideInAPackage(own))
                .check(ALL);
    }

    @ParameterizedTest
    @CsvSource({
        "org.eclipse.paho.., io.postern.gateway.mqtt..",
        "com.fazecast.., io.postern.gateway.serial..",
        "com.pi4j.., io.postern.gateway.gpio..",
        "tss.., io.postern.gateway.tpm..",
        "org.apache.felix.hc.., io.postern.gateway.health..",
        "io.vertx.., io.postern.cloud.endpoint..",
        "org.apache.kafka.., io.postern.cloud.routes.kafka..",
        "io.micrometer.., io.postern.cloud.metrics..",
        "io.prometheus.., io.postern.cloud.metrics..",
        "org.postgresql.., io.postern.cloud.store..",
        "org.sqlite.., io.postern.cloud.store..",
        "org.apache.qpid.., io.postern.cloud.endpoint.amqp|io.postern.gateway.amqp..",
        "org.bouncycastle.., io.postern.cloud.endpoint..|io.postern.factory.x509..",
        "com.google.zxing.., io.postern.factory.qr.."
    })
    void aLibraryStaysBehindItsFence(String library, String fences) {
        noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage(fences.split("\\|"))))
                .and(DescribedPredicate.not(resideInAPackage(TESTS)))
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .check(ALL);
    }

    /** A TPM that is reached through a socket is the gateway's adapter's doing. */
    @Test
    @Tag("CEN-05")
    void theFactoryHasNoWordForANetwork() {
        noClasses()
                .that(resideInAPackage("io.postern.factory.."))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("java.net..", "javax.net..", "io.postern.ctl..", "io.postern.cloud.."))
                .check(ALL);
    }

    /** A system of the cloud side, and all of them that it may know. */
    @ParameterizedTest
    @CsvSource({
        "store, store",
        "hub, hub|store",
        "dps, dps|hub|store",
        "tokens, tokens|hub|store",
        "users, users|hub|dps|store",
        "routes, routes|hub|store"
    })
    void aSystemOfTheCloudSideKnowsOnlyThoseBelowIt(String system, String known) {
        String[] allowed = Stream.of(known.split("\\|"))
                .map(each -> "io.postern.cloud." + each + "..")
                .toArray(String[]::new);
        noClasses()
                .that(resideInAPackage("io.postern.cloud." + system + ".."))
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.postern.cloud..").and(DescribedPredicate.not(resideInAnyPackage(allowed))))
                .check(ALL);
    }

    @Test
    void nobodyKnowsTheListeners() {
        DescribedPredicate<JavaClass> others = resideInAPackage("io.postern.cloud..")
                .and(DescribedPredicate.not(resideInAPackage("io.postern.cloud.endpoint..")));
        noClasses()
                .that(others)
                .should()
                .dependOnClassesThat(resideInAPackage("io.postern.cloud.endpoint.."))
                .check(ALL);
    }
}
