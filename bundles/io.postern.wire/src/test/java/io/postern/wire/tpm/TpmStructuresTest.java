// SPDX-License-Identifier: Apache-2.0
package io.postern.wire.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.TpmVectors;
import io.postern.wire.Bytes;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TpmStructuresTest {
    private static final Bytes ENDORSEMENT_KEY = Bytes.hex(TpmVectors.text("ek_tpm2b_public_hex"));
    private static final Bytes STORAGE_ROOT_KEY = Bytes.hex(TpmVectors.text("srk_tpm2b_public_hex"));
    private static final Bytes HMAC_KEY = unsized(Bytes.hex(TpmVectors.text("idkey_tpm2b_public")));
    private static final Bytes SECRET = Bytes.of(new byte[256]);

    @Test
    void anEndorsementKeyIsReadFieldByField() {
        RsaStorageKey key = EndorsementKey.decode(ENDORSEMENT_KEY).key();

        assertThat(key.attributes()).isEqualTo(0x000300B2);
        assertThat(key.authPolicy().toString())
                .isEqualTo("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");
        assertThat(key.modulus()).isEqualTo(ENDORSEMENT_KEY.slice(60, 316));
        assertThat(key.modulusValue().bitLength()).isEqualTo(2048);
        assertThat(key.tpm2bPublic()).isEqualTo(ENDORSEMENT_KEY);
    }

    @Test
    @Tag("DPS-10")
    void theRegistrationIdIsThatOfTheVector() {
        EndorsementKey key = EndorsementKey.decode(ENDORSEMENT_KEY);

        assertThat(key.registrationId().text())
                .isEqualTo(TpmVectors.text("registration_id"))
                .hasSize(52);
    }

    @Test
    @Tag("DPS-30")
    void anotherEndorsementKeyIsAnotherIdentity() {
        byte[] other = ENDORSEMENT_KEY.toArray();
        other[200] ^= 1;

        assertThat(EndorsementKey.decode(Bytes.of(other)).registrationId())
                .isNotEqualTo(EndorsementKey.decode(ENDORSEMENT_KEY).registrationId());
    }

    @Test
    void theNameOfAStorageRootKeyIsThatOfTheVector() {
        RsaStorageKey key = RsaStorageKey.decode(STORAGE_ROOT_KEY);

        assertThat(key.attributes()).isEqualTo(0x00030472);
        assertThat(key.authPolicy()).isEqualTo(Bytes.EMPTY);
        assertThat(key.name().toString()).isEqualTo(TpmVectors.text("srk_name_hex"));
    }

    @Test
    void aKeyOfAnyOtherKindIsRefused() {
        record Case(int at, String replacement, String complaint) {}
        for (Case each : new Case[] {
            new Case(2, "0023", "type"), // ECC
            new Case(4, "000c", "nameAlg"), // SHA-384
            new Case(6, "000700b2", "storage key"), // sign as well
            new Case(6, "000200b2", "storage key"), // not restricted
            new Case(6, "000100b2", "storage key"), // not for decryption
            new Case(6, "000300b0", "fixed to its TPM"), // may leave its TPM
            new Case(44, "0025", "symmetric algorithm"),
            new Case(46, "0100", "symmetric key bits"), // AES-256
            new Case(48, "0042", "symmetric mode"),
            new Case(50, "0014", "scheme"),
            new Case(52, "0400", "key bits"), // 1024
            new Case(54, "00000003", "exponent"),
            new Case(60, "00", "modulus"), // 2040 bits
            new Case(315, "90", "modulus"), // even
        }) {
            Bytes changed = replace(ENDORSEMENT_KEY, each.at(), Bytes.hex(each.replacement()));
            assertThatThrownBy(() -> EndorsementKey.decode(changed))
                    .as("%s at %d", each.replacement(), each.at())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(each.complaint());
        }
        Bytes explicitExponent = replace(ENDORSEMENT_KEY, 54, Bytes.hex("00010001"));
        assertThat(EndorsementKey.decode(explicitExponent).key().modulus())
                .isEqualTo(EndorsementKey.decode(ENDORSEMENT_KEY).key().modulus());
    }

    @Test
    void keysCutAnywhereOrTooLongAreRefused() {
        cutAnywhereAndTooLong(ENDORSEMENT_KEY, EndorsementKey::decode);
        cutAnywhereAndTooLong(STORAGE_ROOT_KEY, RsaStorageKey::decode);
        cutAnywhereAndTooLong(HMAC_KEY, HmacKeyPublic::decode);
        // also when the outer size is cut along: then the inside ends early
        for (int length = 0; length < ENDORSEMENT_KEY.length() - 2; length++) {
            Bytes resized = Tpm2b.of(ENDORSEMENT_KEY.slice(2, 2 + length));
            assertThatThrownBy(() -> EndorsementKey.decode(resized)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anHmacKeyIsReadFieldByField() {
        HmacKeyPublic key = HmacKeyPublic.decode(HMAC_KEY);

        assertThat(key.attributes()).isEqualTo(0x00040440);
        assertThat(key.authPolicy().toString()).isEqualTo(TpmVectors.text("policy_duplicate"));
        assertThat(key.unique().toString()).isEqualTo(TpmVectors.text("unique"));
    }

    @Test
    void anObjectThatIsNoImportedHmacKeyIsRefused() {
        record Case(int at, String replacement) {}
        for (Case each : new Case[] {
            new Case(0, "0025"), // a symmetric cipher
            new Case(2, "0004"), // SHA-1 names
            new Case(4, "00000440"), // cannot sign
            new Case(4, "00040400"), // not without a policy
            new Case(4, "00050440"), // restricted
            new Case(4, "00040442"), // claims never to have left its TPM
            new Case(42, "000a"), // XOR
            new Case(44, "0004"), // HMAC-SHA1
        }) {
            Bytes changed = replace(HMAC_KEY, each.at(), Bytes.hex(each.replacement()));
            assertThatThrownBy(() -> HmacKeyPublic.decode(changed))
                    .as("%s at %d", each.replacement(), each.at())
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anActivationBlobSurvivesTheWire() {
        ActivationBlob blob = vectorBlob();

        // spec: DPS, six sized structures in a row
        assertThat(blob.encode())
                .isEqualTo(Bytes.concat(
                        Bytes.hex(TpmVectors.text("tpm2b_id_object")),
                        Bytes.hex("0100"),
                        SECRET,
                        Bytes.hex(TpmVectors.text("tpm2b_private_duplicate")),
                        Bytes.hex("0100"),
                        SECRET,
                        Bytes.hex(TpmVectors.text("idkey_tpm2b_public")),
                        Bytes.hex(TpmVectors.text("tpm2b_data_uri"))));
        assertThat(ActivationBlob.decode(blob.encode())).isEqualTo(blob);
    }

    @Test
    void anActivationBlobCutAnywhereOrTooLongIsRefused() {
        cutAnywhereAndTooLong(vectorBlob().encode(), ActivationBlob::decode);
    }

    @Test
    void aSizedStructureHasSixteenBitsOfLength() {
        assertThat(Tpm2b.of(Bytes.of(new byte[0xFFFF])).slice(0, 2)).isEqualTo(Bytes.hex("ffff"));
        assertThatThrownBy(() -> Tpm2b.of(Bytes.of(new byte[0x10000]))).isInstanceOf(IllegalArgumentException.class);
    }

    private static ActivationBlob vectorBlob() {
        return new ActivationBlob(
                unsized(Bytes.hex(TpmVectors.text("tpm2b_id_object"))),
                SECRET,
                unsized(Bytes.hex(TpmVectors.text("tpm2b_private_duplicate"))),
                SECRET,
                HMAC_KEY,
                unsized(Bytes.hex(TpmVectors.text("tpm2b_data_uri"))));
    }

    private static void cutAnywhereAndTooLong(Bytes whole, Function<Bytes, ?> decoder) {
        assertThat(decoder.apply(whole)).isNotNull();
        for (int length = 0; length < whole.length(); length++) {
            Bytes cut = whole.slice(0, length);
            assertThatThrownBy(() -> decoder.apply(cut))
                    .as("%d of %d bytes", length, whole.length())
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> decoder.apply(Bytes.concat(whole, Bytes.hex("00"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too many");
    }

    private static Bytes unsized(Bytes tpm2b) {
        return tpm2b.slice(2, tpm2b.length());
    }

    private static Bytes replace(Bytes in, int at, Bytes by) {
        return Bytes.concat(in.slice(0, at), by, in.slice(at + by.length(), in.length()));
    }
}
