package storage

import (
	"context"
	"time"
)

// TokenTrouble is what keeps a token of a network from working.
type TokenTrouble struct {
	Key     string // the setting that the token stands in; never its value
	Number  int    // of the token in that setting, from 1
	Network string
	Cause   string    // code: refused, captcha, money, …
	Since   time.Time // set when it is stored
	Until   time.Time // when it passes by itself; zero: somebody has to renew the token
	Told    time.Time // when the owners were told; zero: not yet
	Cured   time.Time // zero: it lasts
}

func scanTokenTrouble(r scanner) (t TokenTrouble, err error) {
	var since, until, told, cured int64
	err = r.Scan(&t.Key, &t.Number, &t.Network, &t.Cause, &since, &until, &told, &cured)
	t.Since, t.Until, t.Told, t.Cured = at(since), at(until), at(told), at(cured)
	return t, err
}

// TokenTroubles are all that last, and those whose cure the owners have not been
// told of yet.
func (s *Store) TokenTroubles(ctx context.Context) ([]TokenTrouble, error) {
	return all(ctx, s.read, scanTokenTrouble, `
		SELECT key, number, network, cause, since, until, coalesce(told_at, 0), coalesce(cured_at, 0) FROM token_troubles ORDER BY network, key, number`)
}

// TokenFailed notes that a token does not work. One that is noted already only
// gets its new end; another cause, or the same one after a cure, is to be told
// anew.
func (s *Store) TokenFailed(ctx context.Context, t TokenTrouble) error {
	return s.tx(ctx, func(x *tx) error {
		n, err := x.update(`
			INSERT INTO token_troubles (key, number, network, cause, since, until) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (key, number) DO UPDATE SET network = excluded.network, cause = excluded.cause, since = excluded.since, until = excluded.until, told_at = NULL, cured_at = NULL
			WHERE token_troubles.cured_at IS NOT NULL OR token_troubles.cause <> excluded.cause`,
			t.Key, t.Number, t.Network, t.Cause, x.now, ms(t.Until))
		if err != nil {
			return err
		}
		if n > 0 {
			x.wake(Tokens)
			return nil
		}
		return x.exec(`UPDATE token_troubles SET until = $1 WHERE key = $2 AND number = $3 AND until <> $1`, ms(t.Until), t.Key, t.Number)
	})
}

// TokenCured notes that a token works again. What the owners do not know yet is
// forgotten.
func (s *Store) TokenCured(ctx context.Context, key string, number int) error {
	return s.tx(ctx, func(x *tx) error {
		x.wake(Tokens)
		if err := x.exec(`DELETE FROM token_troubles WHERE key = $1 AND number = $2 AND told_at IS NULL`, key, number); err != nil {
			return err
		}
		return x.exec(`UPDATE token_troubles SET cured_at = $1 WHERE key = $2 AND number = $3 AND cured_at IS NULL`, x.now, key, number)
	})
}

// ForgetToken forgets what ailed a token that is not among the settings any more.
func (s *Store) ForgetToken(ctx context.Context, key string, number int) error {
	return s.tx(ctx, func(x *tx) error {
		return x.exec(`DELETE FROM token_troubles WHERE key = $1 AND number = $2`, key, number)
	})
}

// TokenTold notes that the owners know how a token stands; of one that works
// again there is nothing left to know. What changed meanwhile is told anew.
func (s *Store) TokenTold(ctx context.Context, t TokenTrouble) error {
	return s.tx(ctx, func(x *tx) error {
		if !t.Cured.IsZero() {
			return x.exec(`DELETE FROM token_troubles WHERE key = $1 AND number = $2 AND cured_at = $3`, t.Key, t.Number, ms(t.Cured))
		}
		return x.exec(`UPDATE token_troubles SET told_at = $1 WHERE key = $2 AND number = $3 AND since = $4`, x.now, t.Key, t.Number, ms(t.Since))
	})
}
