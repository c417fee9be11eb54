// SPDX-License-Identifier: Apache-2.0
package io.postern.ctl.doctor;

/** What keeps the gateway's key: a TPM, or a file, which is allowed and weaker (DPS-08). */
record IdentityCheck(String identity) implements Check {
    @Override
    public String name() {
        return "Identity";
    }

    @Override
    public Finding examine() {
        return switch (identity) {
            case "tpm" -> Finding.good("the endorsement key of the TPM");
            case "x509-tpm" -> Finding.good("a certificate whose key is in the TPM");
            case "x509-file", "symmetric-key" ->
                Finding.warning(
                        identity + ": the gateway's key is a file, and whoever copies it is this gateway",
                        "Where there is a TPM, use identity tpm or x509-tpm.");
            default ->
                Finding.fault(
                        "there is no identity \"" + identity + "\"",
                        "It is tpm, x509-tpm, x509-file or symmetric-key.");
        };
    }
}
