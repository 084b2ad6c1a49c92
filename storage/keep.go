package storage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrLost says that this process holds its database no more: another one may
// work with it now.
var ErrLost = errors.New("the database is no longer held by this process")

const (
	keepEvery    = 2 * time.Second
	keepPatience = 10 * time.Second // for the server to say that it is still there
)

// Keep watches that the database stays with this process. It returns nil when
// ctx ends, and ErrLost when the database was lost: the process must end then,
// for two that work side by side would say everything twice.
func (s *Store) Keep(ctx context.Context) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := s.aloneSoon(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, context.DeadlineExceeded):
			return fmt.Errorf("%w: the server has not answered for %v", ErrLost, keepPatience)
		case err != nil:
			return err
		}
	}
}

func (s *Store) aloneSoon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, keepPatience)
	defer cancel()
	return s.alone(ctx)
}
