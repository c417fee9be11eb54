// SPDX-License-Identifier: Apache-2.0
package io.postern.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresScriptTest {
    @Test
    void typesAreTranslatedAndNothingElse() {
        assertThat(PostgresScript.of("""
                        CREATE TABLE a(id TEXT NOT NULL, blob BLOB, number INTEGER, PRIMARY KEY(id)) WITHOUT ROWID;
                        CREATE TABLE b(kind TEXT CHECK (kind IN ('text', 'integer')));
                        """)).isEqualTo("""
                        CREATE TABLE a(id TEXT COLLATE "C" NOT NULL, blob BYTEA, number BIGINT, PRIMARY KEY(id));
                        CREATE TABLE b(kind TEXT COLLATE "C" CHECK (kind IN ('text', 'integer')));
                        """);
    }

    @Test
    void aTriggerBecomesAFunctionAndATrigger() {
        assertThat(PostgresScript.of("""
                        CREATE TRIGGER gone AFTER DELETE ON a BEGIN
                          DELETE FROM b WHERE id = OLD.id;
                        END;
                        CREATE TABLE c(id INTEGER);
                        """))
                .contains("CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN")
                .contains("DELETE FROM b WHERE id = OLD.id;")
                .contains("RETURN NULL; END $body$;")
                .contains("CREATE TRIGGER gone AFTER DELETE ON a FOR EACH ROW EXECUTE FUNCTION gone();")
                .endsWith("CREATE TABLE c(id BIGINT);\n");
    }
}
