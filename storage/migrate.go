package storage

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema up to this binary's. Files are numbered alike for
// both engines and are never edited once released.
func (s *Store) migrate(ctx context.Context) error {
	dialect := goose.DialectSQLite3
	if s.engine.name() == "postgres" {
		dialect = goose.DialectPostgres
	}
	dir, err := fs.Sub(migrations, "migrations/"+s.engine.name())
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, s.write, dir)
	if err != nil {
		return err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	if newest := sources[len(sources)-1].Version; have > newest {
		return fmt.Errorf("the database has schema %d and this otklik knows only %d: use a newer otklik", have, newest)
	}
	_, err = p.Up(ctx)
	return err
}

// Integrity lets the engine check the database file and its foreign keys, and
// returns what it found wrong, in the engine's words. PostgreSQL checks itself.
func (s *Store) Integrity(ctx context.Context) ([]string, error) {
	if s.engine.name() != "sqlite" {
		return nil, nil
	}
	found, err := all(ctx, s.read, scalar[string], `SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'`)
	if err != nil {
		return nil, fmt.Errorf("check the database: %w", err)
	}
	keys, err := all(ctx, s.read, scalar[string], `SELECT "table" || ' row ' || coalesce(rowid, 0) || ' points to a missing ' || parent FROM pragma_foreign_key_check LIMIT 100`)
	return append(found, keys...), err
}
