// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.endpoint.interop;

import com.microsoft.azure.sdk.iot.provisioning.device.AdditionalData;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.security.hsm.SecurityProviderTPMHsm;
import io.postern.wire.SasToken;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * A device of nothing but official parts, to run in a JVM of its own whose {@code /dev/tpmrm0} is a TPM: it registers
 * and then signs a hub token in the TPM. Says what happened in lines of the form {@code name=value}.
 *
 * <p>Arguments: provisioning host, id scope, transport protocol, and if wanted the registration's payload.
 */
final class OfficialTpmDevice {
    private static final int PATIENCE = 30_000; // milliseconds

    private OfficialTpmDevice() {}

    public static void main(String[] arguments) {
        int exit = 0;
        try {
            run(
                    arguments[0],
                    arguments[1],
                    ProvisioningDeviceClientTransportProtocol.valueOf(arguments[2]),
                    arguments.length > 3 ? arguments[3] : "");
        } catch (Exception e) {
            e.printStackTrace();
            exit = 1;
        }
        System.exit(exit); // the official client leaves threads behind when it is refused
    }

    private static void run(
            String host, String scope, ProvisioningDeviceClientTransportProtocol protocol, String payload)
            throws Exception {
        var tpm = new SecurityProviderTPMHsm();
        say("endorsementKey", Base64.getEncoder().encodeToString(tpm.getEndorsementKey()));
        say("registrationId", tpm.getRegistrationId());
        ProvisioningDeviceClient client = ProvisioningDeviceClient.create(host, scope, protocol, tpm);
        var more = new AdditionalData();
        more.setProvisioningPayload(payload);
        var result =
                payload.isEmpty() ? client.registerDeviceSync(PATIENCE) : client.registerDeviceSync(more, PATIENCE);
        say("status", result.getProvisioningDeviceClientStatus().name());
        say("hub", result.getIothubUri());
        say("deviceId", result.getDeviceId());
        Instant expiry = Instant.now().plus(Duration.ofHours(1));
        String sr = result.getIothubUri() + "%2Fdevices%2F" + result.getDeviceId();
        byte[] signature = tpm.signWithIdentity(SasToken.stringToSign(sr, expiry));
        say("sr", sr);
        say("expiry", Long.toString(expiry.getEpochSecond()));
        say("signature", Base64.getEncoder().encodeToString(signature));
    }

    private static void say(String name, String value) {
        System.out.println("device: " + name + "=" + value);
    }
}
