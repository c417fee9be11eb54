// SPDX-License-Identifier: Apache-2.0
package io.postern.gateway.provisioning;

import java.time.Duration;
import java.util.Optional;

/**
 * Where the gateway stands on its way to an assignment. No state is an end: each says why it is, what comes next without
 * anybody's help, and by when.
 */
public sealed interface ProvisioningState {
    /** As it is called in logs, in the state file and in the documentation. */
    String name();

    /** Why the gateway is here; for a person. */
    String reason();

    /** What happens next by itself; for a person. */
    String next();

    /** It is left after this time at the latest; none only for the goal. */
    Optional<Duration> atMost();

    /** How many attempts in a row have failed. */
    int failures();

    /** Nobody has been asked yet; identity and memory are being read. */
    record Unprovisioned() implements ProvisioningState {
        @Override
        public String name() {
            return "UNPROVISIONED";
        }

        @Override
        public String reason() {
            return "the gateway has just started";
        }

        @Override
        public String next() {
            return "reads its identity, then registers or goes on with an earlier assignment";
        }

        @Override
        public Optional<Duration> atMost() {
            return Optional.of(Bounds.IDENTITY);
        }

        @Override
        public int failures() {
            return 0;
        }
    }

    /** A registration is on its way. */
    record Registering(int failures) implements ProvisioningState {
        @Override
        public String name() {
            return "REGISTERING";
        }

        @Override
        public String reason() {
            return "the provisioning service is being asked";
        }

        @Override
        public String next() {
            return "the answer decides";
        }

        @Override
        public Optional<Duration> atMost() {
            return Optional.of(Bounds.IDENTITY.plus(Bounds.SEARCH));
        }
    }

    /** The TPM opens the service's challenge, and the registration is sent again with the proof. */
    record Challenged(int failures) implements ProvisioningState {
        @Override
        public String name() {
            return "CHALLENGED";
        }

        @Override
        public String reason() {
            return "the provisioning service wants to see that this TPM is the enrolled one";
        }

        @Override
        public String next() {
            return "opens the challenge in the TPM and registers with the proof";
        }

        @Override
        public Optional<Duration> atMost() {
            return Optional.of(Bounds.IDENTITY.plus(Bounds.EXCHANGE));
        }
    }

    /** The service has taken the proof and makes up its mind. */
    record Waiting(Duration pause, int failures) implements ProvisioningState {
        @Override
        public String name() {
            return "WAITING";
        }

        @Override
        public String reason() {
            return "the provisioning service has not decided yet";
        }

        @Override
        public String next() {
            return "asks again, " + Provisioner.MOST_QUESTIONS + " times at most";
        }

        @Override
        public Optional<Duration> atMost() {
            return Optional.of(pause.plus(Bounds.EXCHANGE));
        }
    }

    /** The goal. */
    record Assigned(Assignment assignment) implements ProvisioningState {
        @Override
        public String name() {
            return "ASSIGNED";
        }

        @Override
        public String reason() {
            return "device " + assignment.deviceId() + " at " + assignment.hub();
        }

        @Override
        public String next() {
            return "speaks; registers again should the hub refuse it";
        }

        @Override
        public Optional<Duration> atMost() {
            return Optional.empty();
        }

        @Override
        public int failures() {
            return 0;
        }
    }

    /** The last attempt led to nothing; the next comes by itself. */
    record Resting(Hindrance hindrance, String reason, int failures, Duration pause) implements ProvisioningState {
        @Override
        public String name() {
            return hindrance.name();
        }

        @Override
        public String next() {
            return "registers again; " + hindrance.remedy();
        }

        @Override
        public Optional<Duration> atMost() {
            return Optional.of(pause.plus(Bounds.HUB_SILENCE));
        }
    }

    /** What can stand in the way, and who has to do something about it. */
    enum Hindrance {
        NO_NETWORK("look at network, names, firewall and root certificates, for example with ./postern doctor"),
        NO_IDENTITY("do what the reason says; ./postern doctor looks at TPM, certificate and key"),
        REFUSED("an operator has to enroll this gateway, or correct its enrollment"),
        DISABLED("an operator has to enable the enrollment"),
        TPM_REPLACED("an operator has to approve that this TPM takes the place of the former one"),
        TPM_CLEARED("an operator has to accept the cleared TPM in the enrollment"),
        BUSY("nobody has to do anything"),
        FAILED("look at the provisioning service when this stays"),
        DEFECT("please report the reason and the log");

        private final String remedy;

        Hindrance(String remedy) {
            this.remedy = remedy;
        }

        public String remedy() {
            return remedy;
        }
    }

    /** The longest a step can take, each enforced by whoever takes it. */
    final class Bounds {
        /** A TPM may take 30 s to make a key, for each of three; see the patience of its adapter. */
        static final Duration IDENTITY = Duration.ofMinutes(5);

        /** Connecting, TLS and the whole answer; see the limits of the HTTPS exchange, of the dialer and of each link. */
        static final Duration EXCHANGE = Duration.ofMinutes(3);

        /** The same over each of five transports, of which only one has to fail by the last second. */
        static final Duration SEARCH = Duration.ofMinutes(12);

        /**
         * The hub's session is tried once a minute at least and takes 25 s to fail: when no refusal was heard for so
         * long there is none.
         */
        public static final Duration HUB_SILENCE = Duration.ofMinutes(2);

        private Bounds() {}
    }
}
