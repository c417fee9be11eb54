// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.amqp.hub;

import io.postern.cloud.hub.Hub;
import io.postern.cloud.hub.Hubs;
import io.postern.wire.Bytes;
import io.postern.wire.DeviceId;
import io.postern.wire.SasToken;
import io.postern.wire.Secret;
import java.util.Locale;
import java.util.Optional;

/**
 * What a client says in SASL mechanism PLAIN (RFC 4616): {@code {policy}@sas.root.{hub}} (HUB-14) or {@code
 * {device}@sas.{hub}} (HUB-15), and a token as password. The hub goes by its host name or by the first label of that.
 */
sealed interface PlainUser {
    /** The token as it came, not looked at yet. */
    Secret password();

    Hub hub();

    /** The device or the policy. */
    String claimed();

    record OfPolicy(String policy, Hub hub, Secret password) implements PlainUser {
        @Override
        public String claimed() {
            return policy;
        }
    }

    record OfDevice(DeviceId device, Hub hub, Secret password) implements PlainUser {
        @Override
        public String claimed() {
            return device.text();
        }
    }

    /** @throws IllegalArgumentException naming what is malformed; never repeating the password */
    default SasToken token() {
        return SasToken.parse(password().revealUtf8());
    }

    /** Empty when it is no user name of a hub of this cloud. */
    static Optional<PlainUser> read(Bytes initial, Hubs hubs) {
        String[] parts = initial.toUtf8().split("\0", -1);
        int at = parts.length == 3 ? parts[1].lastIndexOf("@sas.") : -1;
        if (at < 1) {
            return Optional.empty();
        }
        String name = parts[1].substring(0, at);
        String of = parts[1].substring(at + "@sas.".length()).toLowerCase(Locale.ROOT);
        Secret password = Secret.utf8(parts[2]);
        Optional<Hub> root = of.startsWith("root.") ? hub(of.substring("root.".length()), hubs) : Optional.empty();
        return root.<PlainUser>map(hub -> new OfPolicy(name, hub, password))
                .or(() -> hub(of, hubs).map(hub -> new OfDevice(DeviceId.of(name), hub, password)));
    }

    private static Optional<Hub> hub(String text, Hubs hubs) {
        return hubs.all().stream()
                .filter(hub -> text.contains(".")
                        ? hub.name().text().equals(text)
                        : hub.name().text().startsWith(text + "."))
                .findFirst();
    }
}
