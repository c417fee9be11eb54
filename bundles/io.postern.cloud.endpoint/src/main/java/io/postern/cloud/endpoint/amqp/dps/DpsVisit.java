// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.dps;

import io.postern.cloud.dps.RegistrationAnswer;
import io.postern.cloud.dps.RegistrationAttempt;
import io.postern.cloud.dps.RegistrationDesk;
import io.postern.cloud.dps.Standing;
import io.postern.cloud.endpoint.amqp.AmqpClient;
import io.postern.cloud.endpoint.amqp.AmqpVisit;
import io.postern.cloud.endpoint.amqp.LinkAnswer;
import io.postern.cloud.endpoint.amqp.LinkRequest;
import io.postern.cloud.endpoint.amqp.ReturnLink;
import io.postern.cloud.endpoint.amqp.SaslStep;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.cloud.store.DatabaseException;
import io.postern.wire.Bytes;
import io.postern.wire.SasToken;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One device's visit to the provisioning service: who it is, by SASL or by its certificate, and the two links over which
 * it asks and is answered.
 */
final class DpsVisit implements AmqpVisit {
    static final String PLAIN = "PLAIN";
    static final String TPM = "TPM";
    static final String ANONYMOUS = "ANONYMOUS";
    static final String EXTERNAL = "EXTERNAL";

    private static final int LARGEST_MESSAGE = 96 * 1024; // spec: limits of the provisioning service, message size
    private static final int CREDIT = 4; // official clients wait for one answer before they ask again

    private final RegistrationDesk desk;
    private final AmqpClient client;
    private final DpsErrors errors;
    private final ReturnLink answers = new ReturnLink();
    private Optional<TpmExchange> exchange = Optional.empty();
    private Optional<RegistrationAttempt> proven = Optional.empty();

    DpsVisit(RegistrationDesk desk, AmqpClient client, DpsErrors errors) {
        this.desk = desk;
        this.client = client;
        this.errors = errors;
    }

    @Override
    public Optional<SaslStep> authenticate(String mechanism, Bytes initial) {
        return switch (mechanism) {
            case PLAIN -> PlainResponse.read(initial).map(plain -> step(() -> prove(plain)));
            case TPM -> Optional.of(step(() -> begin(initial)));
            case EXTERNAL ->
                Optional.of(
                        client.certificates().isEmpty()
                                ? new SaslStep.Refused("mechanism EXTERNAL without a client certificate")
                                : new SaslStep.Done());
            case ANONYMOUS -> Optional.of(new SaslStep.Done()); // the certificate decides when it wants a link
            default -> Optional.empty();
        };
    }

    @Override
    public SaslStep respond(Bytes response) {
        return step(() -> exchange.map(open -> open.respond(response))
                .orElseGet(() -> new SaslStep.Refused("a response where none was asked for")));
    }

    private SaslStep begin(Bytes initial) {
        exchange = Optional.of(TpmExchange.begin(desk, initial, attempt -> proven = Optional.of(attempt)));
        return TpmExchange.opening();
    }

    private SaslStep prove(PlainResponse plain) {
        DpsAddress address = DpsAddress.parse(plain.user());
        var attempt = new RegistrationAttempt(
                address.scope(), address.request(), Optional.of(SasToken.parse(plain.password())), chain());
        return switch (desk.prove(attempt)) {
            case Standing.Proven(RegistrationAttempt kept) -> {
                proven = Optional.of(kept);
                yield new SaslStep.Done();
            }
            case Standing.Refused(var _, String text) -> new SaslStep.Refused(text);
            case Standing.Challenged _ -> new SaslStep.Refused(address + " proves itself with a TPM, not with PLAIN");
        };
    }

    private static SaslStep step(Supplier<SaslStep> step) {
        try {
            return step.get();
        } catch (IllegalArgumentException e) {
            return new SaslStep.Refused(String.valueOf(e.getMessage()));
        } catch (DatabaseException e) {
            return new SaslStep.Unavailable("the database failed: " + e.getMessage());
        }
    }

    @Override
    public Optional<LinkAnswer> attach(LinkRequest request) {
        return DpsAddress.isMeant(request.address()) ? Optional.of(decide(request)) : Optional.empty();
    }

    private LinkAnswer decide(LinkRequest request) {
        try {
            DpsAddress address = DpsAddress.parse(request.address());
            RegistrationAttempt attempt = proven.orElseGet(() -> byCertificate(address));
            if (!attempt.scope().equals(address.scope())
                    || !attempt.request().registrationId().equals(address.id())) {
                return new LinkAnswer.Refused(errors.foreign("this connection is that of registration "
                        + attempt.request().registrationId() + "; it has no links to " + address));
            }
            return admit(attempt, request.direction());
        } catch (IllegalArgumentException e) {
            return new LinkAnswer.Refused(errors.argument(String.valueOf(e.getMessage())));
        } catch (DatabaseException e) {
            return new LinkAnswer.Refused(errors.failed(e));
        }
    }

    /** Without SASL: the attempt shows the certificate, or nothing. */
    private RegistrationAttempt byCertificate(DpsAddress address) {
        return new RegistrationAttempt(address.scope(), address.request(), Optional.empty(), chain());
    }

    private LinkAnswer admit(RegistrationAttempt attempt, LinkRequest.Direction direction) {
        if (proven.isEmpty()) {
            switch (desk.prove(attempt)) {
                case Standing.Proven(RegistrationAttempt kept) -> proven = Optional.of(kept);
                case Standing.Refused(RegistrationAnswer.Refusal why, String text) -> {
                    return new LinkAnswer.Refused(errors.refused(why, text));
                }
                case Standing.Challenged _ -> {
                    return new LinkAnswer.Refused(errors.foreign("a TPM proves itself with SASL mechanism TPM"));
                }
            }
        }
        return switch (direction) {
            case CLIENT_SENDS ->
                new LinkAnswer.Taking(
                        new DpsQuestions(desk, proven.orElse(attempt), errors, answers), CREDIT, LARGEST_MESSAGE);
            case CLIENT_RECEIVES -> new LinkAnswer.Giving(answers);
        };
    }

    private Optional<CertificateChain> chain() {
        return Optional.of(client.certificates())
                .filter(shown -> !shown.isEmpty())
                .map(CertificateChain::new);
    }

    @Override
    public void close() {
        proven = Optional.empty();
    }
}
