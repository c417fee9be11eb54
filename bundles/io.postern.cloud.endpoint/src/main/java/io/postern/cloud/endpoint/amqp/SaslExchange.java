// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp;

import io.postern.wire.Bytes;
import io.postern.wire.Shown;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.SaslListener;
import org.apache.qpid.proton.engine.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The exchange that comes before AMQP when the client asks for it. Owned by the event loop; the steps themselves are
 * errands. spec: AMQP 1.0 Part 5, 5.3
 */
final class SaslExchange implements SaslListener {
    private static final int MOST_STEPS = 8; // the longest exchange, that of a TPM, has four

    private enum Turn {
        OF_CLIENT,
        OURS,
        OVER
    }

    private final AmqpConnection connection;
    private final Sasl sasl;
    private final List<AmqpVisit> visits;
    private @Nullable AmqpVisit asked; // the one that goes on with the exchange; written and read by errands only
    private Turn turn = Turn.OF_CLIENT;
    private int steps;

    SaslExchange(AmqpConnection connection, Sasl sasl, List<AmqpVisit> visits, List<String> mechanisms) {
        this.connection = connection;
        this.sasl = sasl;
        this.visits = visits;
        sasl.server();
        sasl.setMechanisms(mechanisms.toArray(String[]::new));
        sasl.allowSkip(false);
        sasl.setListener(this);
    }

    @Override
    public void onSaslInit(Sasl from, Transport transport) {
        connection.greeted();
        Bytes response = received();
        String mechanism = String.join("", sasl.getRemoteMechanisms());
        if (steps > 0) {
            fail("a second sasl-init in one exchange");
        } else {
            step(() -> begin(mechanism, response));
        }
    }

    @Override
    public void onSaslResponse(Sasl from, Transport transport) {
        Bytes response = received();
        if (steps == 0) {
            fail("a sasl-response before the sasl-init");
        } else {
            step(() -> asked == null ? new SaslStep.Refused("nothing was asked") : asked.respond(response));
        }
    }

    @Override
    public void onSaslMechanisms(Sasl from, Transport transport) {
        fail("it speaks as a server");
    }

    @Override
    public void onSaslChallenge(Sasl from, Transport transport) {
        fail("it speaks as a server");
    }

    @Override
    public void onSaslOutcome(Sasl from, Transport transport) {
        fail("it speaks as a server");
    }

    private interface Step {
        SaslStep take();
    }

    private void step(Step step) {
        if (turn != Turn.OF_CLIENT) {
            fail("it speaks out of turn");
        } else if (++steps > MOST_STEPS) {
            fail("more than " + MOST_STEPS + " steps");
        } else {
            turn = Turn.OURS;
            connection.errand(() -> {
                SaslStep taken = step.take();
                connection.onLoop(() -> apply(taken));
            });
        }
    }

    private SaslStep begin(String mechanism, Bytes response) {
        for (AmqpVisit visit : visits) {
            Optional<SaslStep> step = visit.authenticate(mechanism, response);
            if (step.isPresent()) {
                asked = visit;
                return step.get();
            }
        }
        return new SaslStep.Refused("no service knows such credentials for mechanism " + Shown.of(mechanism));
    }

    private void apply(SaslStep step) {
        if (turn == Turn.OVER) {
            return;
        }
        switch (step) {
            case SaslStep.Challenge(Bytes octets) -> {
                turn = Turn.OF_CLIENT;
                sasl.send(octets.toArray(), 0, octets.length());
            }
            case SaslStep.Done() -> {
                turn = Turn.OVER;
                sasl.done(Sasl.SaslOutcome.PN_SASL_OK);
            }
            case SaslStep.Refused(String reason) -> fail(reason);
            case SaslStep.Unavailable(String reason) -> end(Sasl.SaslOutcome.PN_SASL_TEMP, reason);
        }
    }

    private void fail(String reason) {
        if (turn != Turn.OVER) {
            end(Sasl.SaslOutcome.PN_SASL_AUTH, reason);
        }
    }

    private void end(Sasl.SaslOutcome outcome, String reason) {
        turn = Turn.OVER;
        sasl.done(outcome);
        connection.endUnauthenticated(reason);
    }

    private Bytes received() {
        byte[] octets = new byte[sasl.pending()];
        sasl.recv(octets, 0, octets.length);
        return Bytes.of(octets);
    }
}
