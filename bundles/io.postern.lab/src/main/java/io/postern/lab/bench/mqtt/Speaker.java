// SPDX-License-Identifier: Apache-2.0
package io.postern.lab.bench.mqtt;

import io.postern.ctl.CloudConnection;
import io.postern.wire.DeviceId;
import io.postern.wire.Secret;
import java.time.Instant;
import java.util.Optional;

/**
 * Who speaks on a connection.
 *
 * @param login nothing for a broker that lets everyone in
 * @param topic where it publishes
 */
public record Speaker(String clientId, Optional<Login> login, String topic) {
    public record Login(String userName, Secret password) {}

    /** A device of a hub, with a token that its owner signed. */
    public static Speaker device(CloudConnection cloud, DeviceId device) {
        String user = cloud.hub().host() + "/" + device + "/?api-version=2021-04-12";
        return new Speaker(
                device.text(),
                Optional.of(new Login(
                        user, cloud.hub().key("a bench").token(Instant.now()).text())),
                topic(device));
    }

    /** The same words to a broker that asks for no name. */
    public static Speaker anyone(DeviceId device) {
        return new Speaker(device.text(), Optional.empty(), topic(device));
    }

    private static String topic(DeviceId device) {
        return "devices/" + device + "/messages/events/";
    }
}
