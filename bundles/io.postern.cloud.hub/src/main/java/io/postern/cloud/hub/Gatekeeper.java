// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.hub;

import io.postern.cloud.hub.AccessDecision.Allowed;
import io.postern.cloud.hub.AccessDecision.Denial;
import io.postern.cloud.hub.AccessDecision.Denied;
import io.postern.cloud.hub.x509.CaCertificates;
import io.postern.cloud.hub.x509.CertificateChain;
import io.postern.wire.DeviceId;
import io.postern.wire.HubName;
import io.postern.wire.ResourceUri;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import io.postern.wire.Shown;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Decides which token or certificate opens which door of this hub (HUB-02 to HUB-05, HUB-29 to HUB-31).
 *
 * <p>A token that names a policy is checked with the policy's keys, one that names none with the device's own; the
 * service's doors open to policies alone. Signatures are compared in constant time, and one is computed even for names
 * that do not exist.
 */
public final class Gatekeeper implements ServiceAdmission {
    private final HubName hub;
    private final IdentityRegistry identities;
    private final SharedAccessPolicies policies;
    private final CertificateGate certificates;
    private final RevocationBarriers barriers;
    private final AccessLists lists;
    private final InstantSource clock;
    private final SymmetricKeys nobodysKeys;

    Gatekeeper(
            HubName hub,
            IdentityRegistry identities,
            SharedAccessPolicies policies,
            CaCertificates authorities,
            RevocationBarriers barriers,
            AccessLists lists,
            InstantSource clock,
            SecureRandom random) {
        this.hub = hub;
        this.identities = identities;
        this.policies = policies;
        this.certificates = new CertificateGate(authorities);
        this.barriers = barriers;
        this.lists = lists;
        this.clock = clock;
        this.nobodysKeys = SymmetricKeys.random(32, random);
    }

    /** May the bearer of {@code token} do all that {@code device} may, below {@code {hub}/devices/{device}}? */
    public AccessDecision<Principal.Device> admitDevice(SasToken token, DeviceId device) {
        Optional<DeviceIdentity> identity = identities.find(device);
        return token.keyName().isPresent()
                ? byPolicy(token, token.keyName().get(), device, identity)
                : byOwnKey(token, device, identity);
    }

    /** May the holder of the key of this chain's first certificate do all that {@code device} may? */
    public AccessDecision<Principal.Device> admitDevice(CertificateChain chain, DeviceId device) {
        Optional<DeviceIdentity> identity = identities.find(device);
        if (identity.isEmpty()) {
            return unknown(device);
        }
        AccessDecision<Principal.Device> decision = certificates.admit(chain, identity.get(), clock.instant());
        return decision instanceof Allowed<Principal.Device>(Principal.Device principal)
                ? welcomed(principal)
                : decision;
    }

    @Override
    public AccessDecision<Principal.Service> admitService(SasToken token, Permission needed) {
        return admitService(token, needed, ResourceUri.hub(hub));
    }

    /**
     * May the bearer of {@code token} use {@code asked}, which lies below this hub and asks for {@code needed}?
     *
     * <p>Tokens of Event Hubs clients speak for one link, and name a scheme before the host: {@code amqp://{hub}/...}.
     */
    public AccessDecision<Principal.Service> admitService(SasToken token, Permission needed, ResourceUri asked) {
        if (token.keyName().isEmpty()) {
            return new Denied<>(
                    Denial.UNKNOWN_POLICY,
                    "a token for the service names its shared access policy (skn); a device's key opens no service endpoint");
        }
        String name = token.keyName().get();
        Optional<SharedAccessPolicy> policy = policies.find(name);
        Optional<Denied<Principal.Service>> refusal = checkPolicy(
                token, name, policy, needed, token.resource().withoutScheme().covers(asked));
        return refusal.isPresent()
                ? refusal.get()
                : new Allowed<>(new Principal.Service(policy.orElseThrow(), token.expiry()));
    }

    /**
     * Is {@code token} one of a policy of this hub that opens anything to devices or the service? Which doors, is asked at
     * each: for whom shows a token before it says what it wants.
     */
    public AccessDecision<Principal.Service> admitBearer(SasToken token) {
        String name = token.keyName().orElse("");
        Optional<SharedAccessPolicy> policy = policies.find(name);
        Permission needed =
                policy.filter(each -> each.allows(Permission.DEVICE_CONNECT)).isPresent()
                        ? Permission.DEVICE_CONNECT
                        : Permission.SERVICE_CONNECT;
        return this.<Principal.Service>checkPolicy(
                        token,
                        name,
                        policy,
                        needed,
                        ResourceUri.hub(hub).covers(token.resource().withoutScheme()))
                .<AccessDecision<Principal.Service>>map(denied -> denied)
                .orElseGet(() -> new Allowed<>(new Principal.Service(policy.orElseThrow(), token.expiry())));
    }

    private AccessDecision<Principal.Device> byOwnKey(
            SasToken token, DeviceId device, Optional<DeviceIdentity> identity) {
        boolean signed = isSigned(token, identity.flatMap(Gatekeeper::keys));
        if (identity.isEmpty()) {
            return unknown(device);
        }
        if (keys(identity.get()).isEmpty()) {
            return needsCertificate(identity.get());
        }
        if (!signed) {
            return new Denied<>(Denial.WRONG_SIGNATURE, "neither key of device " + device + " signed " + token);
        }
        if (!covers(token, device)) {
            return wrongResource(token, "device " + device);
        }
        return settle(token, identity.get(), new Evidence.OwnKey());
    }

    private AccessDecision<Principal.Device> byPolicy(
            SasToken token, String name, DeviceId device, Optional<DeviceIdentity> identity) {
        Optional<SharedAccessPolicy> policy = policies.find(name);
        Optional<Denied<Principal.Device>> refusal =
                checkPolicy(token, name, policy, Permission.DEVICE_CONNECT, covers(token, device));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (identity.isEmpty()) {
            return unknown(device);
        }
        if (keys(identity.get()).isEmpty()) {
            return needsCertificate(identity.get());
        }
        boolean deviceAlone = isForDeviceAlone(token, device);
        return deviceAlone && barriers.bars(identity.get(), token.expiry())
                ? revoked(token, device)
                : settle(token, identity.get(), evidence(token, policy.orElseThrow(), deviceAlone));
    }

    private static Evidence evidence(SasToken token, SharedAccessPolicy policy, boolean deviceAlone) {
        SymmetricKeys keys = policy.keys();
        return new Evidence.PolicyKey(
                policy, token.isSignedBy(keys.primary()) ? keys.primary() : keys.secondary(), deviceAlone);
    }

    private AccessDecision<Principal.Device> settle(SasToken token, DeviceIdentity identity, Evidence evidence) {
        if (token.isExpired(clock.instant())) {
            return expired(token);
        }
        return welcomed(new Principal.Device(identity, evidence, token.expiry()));
    }

    /** Who has proven to be the device learns now whether the operator lets it in. */
    private AccessDecision<Principal.Device> welcomed(Principal.Device principal) {
        DeviceIdentity identity = principal.identity();
        return identity.enabled()
                ? lists.refused(identity.deviceId())
                        .<AccessDecision<Principal.Device>>map(why -> new Denied<>(Denial.BLOCKED_DEVICE, why))
                        .orElseGet(() -> new Allowed<>(principal))
                : disabled(identity);
    }

    private <P extends Principal> Optional<Denied<P>> checkPolicy(
            SasToken token, String name, Optional<SharedAccessPolicy> policy, Permission needed, boolean covered) {
        boolean signed = isSigned(token, policy.map(SharedAccessPolicy::keys));
        if (policy.isEmpty()) {
            return Optional.of(new Denied<>(
                    Denial.UNKNOWN_POLICY, "hub " + hub + " has no shared access policy \"" + Shown.of(name) + "\""));
        }
        if (!signed) {
            return Optional.of(
                    new Denied<>(Denial.WRONG_SIGNATURE, "neither key of policy " + name + " signed " + token));
        }
        if (!policy.get().allows(needed)) {
            return Optional.of(
                    new Denied<>(Denial.MISSING_PERMISSION, "policy " + name + " does not allow " + needed.wireName()));
        }
        if (!covered) {
            return Optional.of(wrongResource(token, "what was asked for at " + hub));
        }
        return token.isExpired(clock.instant()) ? Optional.of(expired(token)) : Optional.empty();
    }

    private boolean isSigned(SasToken token, Optional<SymmetricKeys> keys) {
        SymmetricKeys tried = keys.orElse(nobodysKeys);
        boolean byPrimary = token.isSignedBy(tried.primary());
        boolean bySecondary = token.isSignedBy(tried.secondary()); // always both, for equal time
        boolean ofEventHubs = !token.resource().withoutScheme().equals(token.resource());
        return byPrimary | bySecondary | (ofEventHubs && isSignedByText(token, tried));
    }

    /**
     * Clients of Event Hubs take the text of a key, its base64, for the key itself.
     *
     * <p>That a token which names a scheme counts by either key weakens nothing. Whoever knows the key knows its text and
     * the other way round, so both prove the same knowledge, and neither tag can be made of the other: for HMAC they are
     * unrelated keys, each of the full entropy of the first. What is signed is the resource as it is written, so a token
     * without a scheme never counts by the text, and none that counts by the text can be read as one of a device, whose
     * resource is compared with its scheme. A forger has two tags to hit instead of one, of 2^256.
     */
    private static boolean isSignedByText(SasToken token, SymmetricKeys keys) {
        boolean byPrimary = token.isSignedBy(Secret.utf8(keys.primary().revealBase64()));
        boolean bySecondary = token.isSignedBy(Secret.utf8(keys.secondary().revealBase64()));
        return byPrimary | bySecondary;
    }

    /** Host and path compare without case, the name of the device does not (DEC-4). */
    private boolean covers(SasToken token, DeviceId device) {
        String claimed = token.resource().path();
        ResourceUri asked = ResourceUri.device(hub, device);
        return token.resource().covers(asked)
                && (claimed.length() < asked.path().length() || claimed.endsWith("/" + device));
    }

    /** Of a token that covers the device. */
    private boolean isForDeviceAlone(SasToken token, DeviceId device) {
        return token.resource().path().length()
                >= ResourceUri.device(hub, device).path().length();
    }

    private static Optional<SymmetricKeys> keys(DeviceIdentity identity) {
        return identity.authentication() instanceof DeviceAuthentication.Sas(SymmetricKeys keys)
                ? Optional.of(keys)
                : Optional.empty();
    }

    private static Denied<Principal.Device> disabled(DeviceIdentity identity) {
        return new Denied<>(
                Denial.DISABLED_DEVICE,
                "device " + identity.deviceId() + " is disabled: "
                        + identity.statusReason().orElse("no reason given"));
    }

    /** A token opens nothing of such a device, not even a policy's: else a key in a file would stand in for its own. */
    private static Denied<Principal.Device> needsCertificate(DeviceIdentity identity) {
        return new Denied<>(
                Denial.OTHER_AUTHENTICATION,
                "device " + identity.deviceId() + " authenticates by its certificate ("
                        + identity.authentication().type() + "), and came with a token; it must connect with the"
                        + " certificate alone");
    }

    private static <P extends Principal> Denied<P> unknown(DeviceId device) {
        return new Denied<>(Denial.UNKNOWN_DEVICE, "there is no device " + device);
    }

    private <P extends Principal> Denied<P> expired(SasToken token) {
        return new Denied<>(Denial.EXPIRED, token + " has expired; it is " + clock.instant() + " here");
    }

    private static <P extends Principal> Denied<P> revoked(SasToken token, DeviceId device) {
        return new Denied<>(
                Denial.REVOKED,
                token + " was revoked: tokens of device " + device + " that were issued so far do not count any more");
    }

    private static <P extends Principal> Denied<P> wrongResource(SasToken token, String asked) {
        return new Denied<>(Denial.WRONG_RESOURCE, token + " does not cover " + asked);
    }
}
