package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

type postgresEngine struct{}

func (postgresEngine) name() string  { return "postgres" }
func (postgresEngine) claim() string { return " FOR UPDATE SKIP LOCKED" }
func (postgresEngine) lock() string  { return " FOR NO KEY UPDATE" }

func (postgresEngine) constraint(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && len(e.Code) == 5 && e.Code[:2] == "23"
}

// again is true for a serialization failure (40001) and a deadlock (40P01).
func (postgresEngine) again(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// processLock is the advisory lock of the one process that works with a
// database; the number is "otkl" in ASCII.
const processLock = 0x6f746b6c

func (s *Store) openPostgres(ctx context.Context, address string) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	s.engine = postgresEngine{}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// Its own words may show a password that stands in the wrong place.
		return errors.New("the address cannot be read: it looks like postgres://user:password@host:5432/name")
	}
	s.write = stdlib.OpenDB(*config)
	s.closers = append(s.closers, s.write.Close)
	s.read = s.write
	s.write.SetMaxOpenConns(16)
	s.write.SetMaxIdleConns(4)
	// The lock lives with its connection, so that a killed process frees it.
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reach the database: %w", away(err))
	}
	s.closers = append(s.closers, func() error { return unlockProcess(conn) })
	if err := quickToNotice(ctx, conn); err != nil {
		return err
	}
	var locked bool
	if err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1, hashtext(current_database() || '.' || current_schema()))`, processLock).Scan(&locked); err != nil {
		return fmt.Errorf("take the database: %w", err)
	}
	if !locked {
		return ErrBusy
	}
	s.alone = func(ctx context.Context) error { return holds(ctx, conn) }
	s.epoch = clusterEpoch{s.write}
	return nil
}

// away adds ErrAway to the error of a first connection when the server could
// not be reached, is only starting or ending (class 57), or is full (class 53).
// What it says otherwise, such as a wrong password, no waiting cures.
func away(err error) error {
	var said *pgconn.PgError
	if errors.As(err, &said) && said.Code[:2] != "57" && said.Code[:2] != "53" {
		return err
	}
	return fmt.Errorf("%w: %w", ErrAway, err)
}

// quickToNotice lets the server end the connection of the lock soon after this
// machine has vanished, so that another one can take over.
func quickToNotice(ctx context.Context, conn *sql.Conn) error {
	for _, setting := range []string{"tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3"} {
		if _, err := conn.ExecContext(ctx, "SET "+setting); err != nil {
			return fmt.Errorf("set %s: %w", setting, err)
		}
	}
	return nil
}

// holds fails when the connection of the lock is gone, and with it the lock.
func holds(ctx context.Context, conn *sql.Conn) error {
	var one int
	err := conn.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: the connection that held it broke: %w", ErrLost, err)
	}
	return err
}

// unlockProcess lets the next process have the database at once: the server
// notices a closed connection only a while later.
func unlockProcess(conn *sql.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock_all()`)
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return nil // the lock went with its connection
	}
	return errors.Join(err, conn.Close())
}
