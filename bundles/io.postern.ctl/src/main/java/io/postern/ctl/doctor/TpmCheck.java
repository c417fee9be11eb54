// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/**
 * Whether a TPM 2.0 answers (DPS-29).
 *
 * @param device where it is: {@code dev:/dev/tpmrm0}, {@code unix:/path} or {@code tcp:host:port}
 * @param required whether there must be one: the configuration names it
 */
record TpmCheck(String device, boolean required, Wire wire) implements Check {

    /** Sends one command and returns the response. */
    interface Wire {
        byte[] exchange(String device, byte[] command) throws IOException;
    }

    @Override
    public String name() {
        return "TPM";
    }

    @Override
    public Finding examine() {
        try {
            TpmFacts facts = TpmFacts.decode(wire.exchange(device, TpmFacts.command()));
            return facts instanceof TpmFacts.Two two
                    ? judge(two, TpmFacts.condition(wire.exchange(device, TpmFacts.conditionCommand())))
                    : judge(facts);
        } catch (IllegalArgumentException e) {
            return bad(device + ": " + e.getMessage(), "Name it as dev:/dev/tpmrm0, unix:/path or tcp:host:port.");
        } catch (NoSuchFileException e) {
            return bad(
                    "there is no " + e.getMessage(),
                    "Fit a TPM 2.0 or switch it on in the machine's firmware (it may be called fTPM or PTT)."
                            + " Without one: ./postern lab brings a software TPM.");
        } catch (AccessDeniedException e) {
            return bad(
                    "no permission to use " + e.getMessage(),
                    "usermod -aG tss " + System.getProperty("user.name") + ", then log in again.");
        } catch (ConnectException e) {
            return bad("nothing listens at " + device, "Start the software TPM (swtpm socket --tpm2 ...).");
        } catch (IOException e) {
            return bad(
                    device + " does not answer: " + e.getMessage(),
                    "Another program may hold it: use dev:/dev/tpmrm0, or stop that program.");
        }
    }

    private Finding judge(TpmFacts.Two facts, TpmFacts.Condition condition) {
        if (condition.lockedOut()) {
            return Finding.warning(
                    "the TPM at " + device + " is locked: too many wrong passwords were tried",
                    "Wait: it opens by itself. If it stays, tpm2_dictionarylockout --clear-lockout, and find who tries.");
        }
        if (condition.places() == 0) {
            return Finding.warning(
                    "the TPM at " + device + " has no place left for a key",
                    "tpm2_getcap handles-persistent lists them; remove what nobody uses with tpm2_evictcontrol.");
        }
        return judge(facts);
    }

    private Finding judge(TpmFacts facts) {
        return switch (facts) {
            case TpmFacts.Old _ ->
                bad(
                        device + " is a TPM 1.2",
                        "Only TPM 2.0 can attest: look for a firmware update, or fit another module.");
            case TpmFacts.Refused(long code) ->
                bad(
                        device + " answers with error 0x"
                                + Long.toHexString(code).toUpperCase(Locale.ROOT),
                        "Start it anew: it may be in failure mode or not started up.");
            case TpmFacts.Two(String maker)
            when maker.equals("IBM") || maker.equals("SW") || maker.equals("MSFT") ->
                Finding.warning(
                        "a software TPM 2.0 answers at " + device,
                        "Good for trials; its keys are files, so use a TPM chip in production.");
            case TpmFacts.Two(String maker) -> Finding.good("a TPM 2.0 made by " + maker + " answers at " + device);
        };
    }

    private Finding bad(String text, String remedy) {
        return required ? Finding.fault(text, remedy) : Finding.warning(text, remedy);
    }
}
