// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.dps.challenge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.postern.wire.Bytes;
import io.postern.wire.Secret;
import io.postern.wire.dps.TpmAttestation;
import io.postern.wire.tpm.ActivationBlob;
import io.postern.wire.tpm.EndorsementKey;
import io.postern.wire.tpm.RsaStorageKey;
import io.postern.wire.tpm.Tpm2b;
import java.security.KeyPair;
import java.security.SecureRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every intermediate value against the published vectors, so that a wrong octet names its own place. */
class ChallengeMakerTest {
    private static final Bytes SRK_NAME = Vectors.hex("srk_name_hex");

    private final IdentityKey key = new IdentityKey(Vectors.secret("hmac_key"), Vectors.secret("seed_value"));

    @Test
    @Tag("DPS-10")
    void registrationIdComesFromTheEndorsementKey() {
        assertThat(EndorsementKey.decode(Vectors.hex("ek_tpm2b_public_hex"))
                        .registrationId()
                        .text())
                .isEqualTo(Vectors.text("registration_id"));
    }

    @Test
    void storageRootKeyHasTheNameItsTpmGivesIt() {
        assertThat(RsaStorageKey.decode(Vectors.hex("srk_tpm2b_public_hex")).name())
                .isEqualTo(SRK_NAME);
    }

    @Test
    void credentialKeysAreDerivedFromTheSeed() {
        Secret seed = Vectors.secret("seed");

        assertThat(Credential.storageKey(seed, SRK_NAME)).isEqualTo(Vectors.secret("identity_storage_key"));
        assertThat(Credential.integrityKey(seed)).isEqualTo(Vectors.secret("identity_integrity_key"));
    }

    @Test
    void credentialCarriesTheInnerKeyEncryptedAndAuthenticated() {
        Bytes idObject = Credential.idObject(SRK_NAME, Vectors.secret("inner_key"), Vectors.secret("seed"));

        assertThat(idObject.slice(2, 34)).as("integrity").isEqualTo(Vectors.hex("identity_hmac"));
        assertThat(idObject.slice(34, 52)).as("encIdentity").isEqualTo(Vectors.hex("enc_identity"));
        assertThat(Tpm2b.of(idObject)).isEqualTo(Vectors.hex("tpm2b_id_object"));
    }

    @Test
    void identityKeyHasThePublishedPublicArea() {
        assertThat(IdentityKey.policy()).isEqualTo(Vectors.hex("policy_duplicate"));
        assertThat(key.unique()).isEqualTo(Vectors.hex("unique"));
        assertThat(Tpm2b.of(key.publicArea())).isEqualTo(Vectors.hex("idkey_tpm2b_public"));
        assertThat(key.name()).isEqualTo(Vectors.hex("idkey_name"));
    }

    @Test
    void identityKeyIsWrappedUnderTheInnerKeyFirst() {
        assertThat(key.sensitive()).isEqualTo(Vectors.hex("tpm2b_sensitive"));
        assertThat(Duplicate.innerIntegrity(key)).isEqualTo(Vectors.hex("inner_integrity"));
        assertThat(Duplicate.innerWrap(key, Vectors.secret("inner_key"))).isEqualTo(Vectors.hex("inner_wrapped"));
    }

    @Test
    void identityKeyIsWrappedToTheStorageRootKeyThen() {
        Secret seed = Vectors.secret("dup_seed");
        Bytes wrapped = Duplicate.outerWrap(key.name(), Vectors.hex("inner_wrapped"), seed);

        assertThat(Duplicate.storageKey(seed, key.name())).isEqualTo(Vectors.secret("dup_storage_key"));
        assertThat(Duplicate.integrityKey(seed)).isEqualTo(Vectors.secret("dup_integrity_key"));
        assertThat(wrapped.slice(2, 34)).isEqualTo(Vectors.hex("outer_hmac"));
        assertThat(wrapped.slice(34, wrapped.length())).isEqualTo(Vectors.hex("dup_sensitive"));
        assertThat(Tpm2b.of(wrapped)).isEqualTo(Vectors.hex("tpm2b_private_duplicate"));
    }

    @Test
    @Tag("DPS-06")
    void wholeBlobMatchesTheVectorsAndItsSeedsOpenWithThePrivateKeys() throws Exception {
        KeyPair endorsement = TestTpmKeys.generate();
        var srk = RsaStorageKey.decode(Vectors.hex("srk_tpm2b_public_hex"));
        var tpm = new TpmAttestation(EndorsementKey.decode(TestTpmKeys.endorsementKey(endorsement)), srk);
        var random = new ScriptedRandom(
                Vectors.hex("inner_key"), Vectors.hex("seed"), Vectors.hex("seed_value"), Vectors.hex("dup_seed"));

        ActivationBlob blob = new ChallengeMaker(random).make(tpm, Vectors.secret("hmac_key"), Vectors.text("uri"));

        assertThat(Tpm2b.of(blob.credential())).isEqualTo(Vectors.hex("tpm2b_id_object"));
        assertThat(Tpm2b.of(blob.duplicate())).isEqualTo(Vectors.hex("tpm2b_private_duplicate"));
        assertThat(Tpm2b.of(blob.keyPublic())).isEqualTo(Vectors.hex("idkey_tpm2b_public"));
        assertThat(Tpm2b.of(blob.deviceUri())).isEqualTo(Vectors.hex("tpm2b_data_uri"));
        assertThat(PaperTpm.open(endorsement, "IDENTITY\0", blob.credentialSecret()))
                .isEqualTo(Vectors.secret("seed"));
        assertThat(ActivationBlob.decode(blob.encode())).isEqualTo(blob);
    }

    @Test
    void duplicateSeedOpensWithTheStorageRootKeyOnly() throws Exception {
        KeyPair storage = TestTpmKeys.generate();
        var srk = RsaStorageKey.decode(TestTpmKeys.storageRootKey(storage));

        Duplicate duplicate =
                Duplicate.make(srk, key, Vectors.secret("inner_key"), Vectors.secret("dup_seed"), new SecureRandom());

        assertThat(PaperTpm.open(storage, "DUPLICATE\0", duplicate.encryptedSeed()))
                .isEqualTo(Vectors.secret("dup_seed"));
    }

    @Test
    void sameRandomOctetsMakeTheSameBlob() {
        assertThat(blobFromZeros().encode()).isEqualTo(blobFromZeros().encode());
        // 54 + 258 + 144 + 258 + 82 + 2 octets: 32-octet key, no resource
        assertThat(blobFromZeros().encode().length()).isEqualTo(798);
    }

    @Test
    void keyThatNoTpmImportsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new IdentityKey(Secret.of(new byte[65]), Vectors.secret("seed_value")))
                .withMessageContaining("16 to 64 bytes, not 65");
    }

    private static ActivationBlob blobFromZeros() {
        var tpm = TpmAttestation.decode(Vectors.hex("ek_tpm2b_public_hex"), Vectors.hex("srk_tpm2b_public_hex"));
        return new ChallengeMaker(new ScriptedRandom()).make(tpm, Vectors.secret("hmac_key"), "");
    }
}
