package storage

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sqliteSchema is every statement that makes the schema, sorted by name.
func sqliteSchema(t *testing.T, s *Store) string {
	t.Helper()
	list, err := all(t.Context(), s.read, scalar[string], `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%goose%' ORDER BY tbl_name, type DESC, name`)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, ";\n\n") + ";\n"
}

// TestSchema shows the whole schema as it is after all migrations.
func TestSchema(t *testing.T) {
	const golden = "testdata/schema.sql"
	got := sqliteSchema(t, open(t, filepath.Join(t.TempDir(), "otklik.db")))
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the schema changed; go test ./storage -update shows how:\n%s", diff)
	}
}

// TestSchemasAlike compares what both engines know: columns, what may be
// absent, what stands for nothing said, keys, references and what must be
// unique or is found by an index.
func TestSchemasAlike(t *testing.T) {
	lite := describeSQLite(t, open(t, filepath.Join(t.TempDir(), "otklik.db")))
	post := describePostgres(t, open(t, postgresAddress(t)))
	if len(lite) < 200 {
		t.Fatalf("only %d facts were read", len(lite))
	}
	if diff := cmp.Diff(lite, post); diff != "" {
		t.Errorf("SQLite and PostgreSQL differ (-sqlite +postgres):\n%s", diff)
	}
}

func describeSQLite(t *testing.T, s *Store) []string {
	t.Helper()
	facts := facts(t, s, `
		SELECT m.name || '.' || c.name || ' ' || c.type || CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN ' not null' ELSE '' END || coalesce(' default ' || c.dflt_value, '')
		FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '%goose%' AND m.name NOT LIKE 'sqlite_%'`)
	facts = append(facts, sqliteKeys(t, s)...)
	for i, f := range facts {
		f = strings.Replace(f, " INTEGER", " number", 1)
		f = strings.Replace(f, " TEXT", " text", 1)
		f = strings.Replace(f, " BLOB", " bytes", 1)
		facts[i] = strings.Replace(f, " REAL", " real", 1)
	}
	slices.Sort(facts)
	return facts
}

func sqliteKeys(t *testing.T, s *Store) []string {
	t.Helper()
	keys := facts(t, s, `
		SELECT m.name || ' references ' || f."table" || ' by ' || f."from" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`)
	keys = append(keys, facts(t, s, `
		SELECT m.name || ' key ' || (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk))
		FROM sqlite_schema m WHERE m.type = 'table' AND m.name NOT LIKE '%goose%' AND m.name NOT LIKE 'sqlite_%'`)...)
	keys = append(keys, facts(t, s, `
		SELECT m.name || ' unique ' || (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))
		FROM sqlite_schema m, pragma_index_list(m.name) l WHERE m.type = 'table' AND l.origin = 'u' AND m.name NOT LIKE '%goose%'`)...)
	for _, statement := range facts(t, s, `SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`) {
		keys = append(keys, plain(statement))
	}
	return keys
}

func describePostgres(t *testing.T, s *Store) []string {
	t.Helper()
	facts := facts(t, s, `
		SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END || coalesce(' default ' || column_default, '')
		FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '%goose%'`)
	facts = append(facts, postgresKeys(t, s)...)
	for i, f := range facts {
		f = strings.Replace(f, " bigint", " number", 1)
		f = strings.Replace(f, " bytea", " bytes", 1)
		f = strings.Replace(f, "'0'::bigint", "0", 1)
		f = strings.ReplaceAll(f, "::text", "")
		facts[i] = strings.Replace(f, " double precision", " real", 1)
	}
	slices.Sort(facts)
	return facts
}

func postgresKeys(t *testing.T, s *Store) []string {
	t.Helper()
	const columns = `(SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(col, n) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.col)`
	keys := facts(t, s, `
		SELECT r.relname || CASE c.contype WHEN 'p' THEN ' key ' WHEN 'u' THEN ' unique ' ELSE ' references ' || f.relname || ' by ' END || `+columns+`
		FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid LEFT JOIN pg_class f ON f.oid = c.confrelid
		WHERE c.connamespace = current_schema()::regnamespace AND c.contype IN ('p', 'u', 'f') AND r.relname NOT LIKE '%goose%'`)
	for _, statement := range facts(t, s, `
		SELECT i.indexdef FROM pg_indexes i WHERE i.schemaname = current_schema() AND i.tablename NOT LIKE '%goose%'
			AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname AND c.connamespace = current_schema()::regnamespace)`) {
		keys = append(keys, plain(statement))
	}
	return keys
}

var (
	schemaName = regexp.MustCompile(`\bt\d+\.`)
	anyOf      = regexp.MustCompile(`= any array\[([^\]]*)\]`)
	noise      = strings.NewReplacer("(", " ", ")", " ", "::text", "", "::bigint", "", " using btree", "", `"`, "")
)

// plain is a CREATE INDEX without what the engines write differently.
func plain(statement string) string {
	s := noise.Replace(strings.ToLower(schemaName.ReplaceAllString(statement, "")))
	s = strings.Join(strings.Fields(s), " ")
	s = anyOf.ReplaceAllString(s, "in $1")
	s = strings.ReplaceAll(s, "[]", "")
	s = strings.ReplaceAll(s, " ,", ",")
	return s
}

func facts(t *testing.T, s *Store, query string) []string {
	t.Helper()
	list, err := all(t.Context(), s.read, scalar[string], query)
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	return list
}

// TestTimesAreNumbers asks that no time can be stored as a text, which would
// sort by its zone: the tables are strict and a time's column holds a number.
func TestTimesAreNumbers(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "otklik.db"))
	if loose := facts(t, s, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE '%goose%' AND name NOT LIKE 'sqlite_%'`); len(loose) > 0 {
		t.Errorf("tables that are not strict: %v", loose)
	}
	times := facts(t, s, `
		SELECT m.name || '.' || c.name || ' ' || c.type FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE '%goose%' AND (c.name LIKE '%\_at' ESCAPE '\' OR c.name LIKE '%\_until' ESCAPE '\' OR c.name IN ('at', 'day', 'not_before', 'failing_since'))`)
	if len(times) < 40 {
		t.Fatalf("only %d columns hold times", len(times))
	}
	for _, column := range times {
		if !strings.HasSuffix(column, " INTEGER") {
			t.Errorf("a time that is no number: %s", column)
		}
	}
}

// TestNewerSchemaIsRefused opens a database that a later otklik has migrated.
func TestNewerSchemaIsRefused(t *testing.T) {
	eachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s := open(t, address)
		if _, err := s.write.ExecContext(ctx, `INSERT INTO goose_db_version (version_id, is_applied) SELECT max(version_id) + 1, is_applied FROM goose_db_version GROUP BY is_applied`); err != nil {
			t.Fatal(err)
		}
		closeStore(t, s)
		_, err := Open(ctx, address)
		if err == nil || !strings.Contains(err.Error(), "use a newer otklik") {
			t.Errorf("a newer schema: %v", err)
		}
	})
}
