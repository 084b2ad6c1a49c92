// Package storage holds everything Otklik knows: the types beside their
// tables, the life of an incident as guarded transitions, and all SQL. The
// database is the only queue between the rooms of the house: monitor writes
// posts, bot writes decisions, and each is woken after the commit that
// concerns it.
//
// One implementation serves SQLite and PostgreSQL: hand-written SQL with $1
// placeholders, whose numbers ascend in order of first appearance because
// SQLite binds them by that order. Times are Unix milliseconds in tables and
// time.Time outside; an absent id is 0 outside and NULL in tables.
package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// ErrNotFound says that what was asked for does not exist, or not for the asker.
var ErrNotFound = errors.New("not found")

// ErrConflict says that the state changed meanwhile or does not allow the
// step. Transitions return a *Conflict, which tells who was first.
var ErrConflict = errors.New("already changed")

// ErrBusy says that another process works with this database.
var ErrBusy = errors.New("another otklik process uses this database")

// ErrAway says that a database server cannot be reached, or takes nobody now:
// waiting may cure it.
var ErrAway = errors.New("the database server does not answer")

// Store is an open database. It is safe for use by many goroutines.
type Store struct {
	write, read *sql.DB
	engine      engine
	closers     []func() error // in the order of opening
	epoch       epoch
	alone       func(context.Context) error // fails once another process may have the database
	offset      atomic.Int64                // nanoseconds that Advance moved the clock by
	hold        atomic.Bool

	mu      sync.Mutex
	waiting map[Queue]map[chan struct{}]bool
}

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	name() string
	claim() string // what a SELECT needs to take rows that nobody else takes
	lock() string  // what a SELECT needs to keep its rows as they are until the commit
	constraint(error) bool
	again(error) bool // the transaction may be tried once more
}

// Open opens or creates the database at a file path or a postgres:// address,
// migrates it and takes it for this process: ErrBusy when another has it. A
// schema newer than this binary is refused.
func Open(ctx context.Context, address string) (*Store, error) {
	s := &Store{waiting: map[Queue]map[chan struct{}]bool{}}
	var err error
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		err = s.openPostgres(ctx, address)
	} else {
		err = s.openSQLite(ctx, address)
	}
	if err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// start brings an opened database to its working state.
func (s *Store) start(ctx context.Context) error {
	if err := s.migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := s.startEpoch(ctx); err != nil {
		return fmt.Errorf("compare epochs: %w", err)
	}
	if err := s.recoverOutbox(ctx); err != nil {
		return fmt.Errorf("recover the outbox: %w", err)
	}
	return nil
}

// Close shuts the database and lets another process have it.
func (s *Store) Close() error {
	var errs []error
	for _, c := range slices.Backward(s.closers) {
		errs = append(errs, c())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// Ping says whether the database can be written, and still by this process alone.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.alone(ctx); err != nil {
		return err
	}
	return s.tx(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO meta (key, value) VALUES ('ping', '') ON CONFLICT (key) DO UPDATE SET value = excluded.value`)
	})
}

// Now is the time by which incidents, deadlines and messages are judged.
func (s *Store) Now() time.Time {
	return time.Now().Add(time.Duration(s.offset.Load()))
}

// Advance moves Now forward, so that a demo can show what an hour brings.
func (s *Store) Advance(d time.Duration) {
	s.offset.Add(int64(d))
	for _, q := range []Queue{Outbox, Publications, Sources} {
		s.wake(q)
	}
}

// Queue names work that one part of Otklik leaves for another.
type Queue string

// The queues; a commit that adds work wakes those who wait for it.
const (
	Inbox        Queue = "inbox"        // updates to be handled
	Outbox       Queue = "outbox"       // messages to be sent or edited
	Publications Queue = "publications" // answers to be published
	Sources      Queue = "sources"      // sources, topics, rules or places changed
	Checks       Queue = "checks"       // questions of bot to monitor
	Tokens       Queue = "tokens"       // tokens of networks that died or work again
	Uploads      Queue = "uploads"      // photos to be fetched from the messenger
	Handed       Queue = "handed"       // what was said in watched chats
	Decisions    Queue = "decisions"    // what people decided on incidents, to learn from
)

// Changed returns a channel that gets a value after each commit that adds work
// to the queue, and a function that ends the subscription. Several commits may
// be told as one.
func (s *Store) Changed(q Queue) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting[q] == nil {
		s.waiting[q] = map[chan struct{}]bool{}
	}
	s.waiting[q][c] = true
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting[q], c)
	}
}

func (s *Store) wake(q Queue) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.waiting[q] {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// tx is one transaction with its fixed time and the queues it will wake.
type tx struct {
	*sql.Tx
	ctx   context.Context
	store *Store
	now   int64
	wakes map[Queue]bool

	chains map[int64]*chainHead // by region, written back before the commit
}

// tx runs do in a transaction. A deadlock or a serialization failure is tried
// again from the start, so do must leave nothing behind when it fails.
func (s *Store) tx(ctx context.Context, do func(*tx) error) error {
	for try := 0; ; try++ {
		err := s.once(ctx, do)
		if err == nil || try == 5 || !s.engine.again(err) {
			return err
		}
	}
}

func (s *Store) once(ctx context.Context, do func(*tx) error) (err error) {
	sqltx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	t := &tx{Tx: sqltx, ctx: ctx, store: s, now: ms(s.Now()), wakes: map[Queue]bool{}, chains: map[int64]*chainHead{}}
	defer func() {
		if err != nil {
			if e := sqltx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
				err = errors.Join(err, fmt.Errorf("roll back: %w", e))
			}
		}
	}()
	if err := do(t); err != nil {
		return err
	}
	if err := t.saveChains(); err != nil {
		return err
	}
	if err := sqltx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for q := range t.wakes {
		s.wake(q)
	}
	return nil
}

func (t *tx) wake(q Queue) { t.wakes[q] = true }

// exec runs a statement whose effect on rows nobody asks for.
func (t *tx) exec(query string, args ...any) error {
	_, err := t.ExecContext(t.ctx, query, args...)
	return err
}

// update runs a guarded statement and reports how many rows it changed.
func (t *tx) update(query string, args ...any) (int64, error) {
	r, err := t.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// id runs an INSERT … RETURNING id.
func (t *tx) id(query string, args ...any) (id int64, err error) {
	err = t.QueryRowContext(t.ctx, query, args...).Scan(&id)
	return id, err
}
