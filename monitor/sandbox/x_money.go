package sandbox

import (
	"time"
)

// What a reading costs, in millionths of a dollar.
const (
	xPostPrice = 5_000
	xUserPrice = 10_000
)

// xBills count what was read. The same thing twice in a day costs once.
type xBills struct {
	seen  map[string]bool
	spent map[string]int64 // by day
	posts int
}

func xDay(at time.Time) string { return at.UTC().Format(time.DateOnly) }

func (b *xBills) bill(at time.Time, token, what string, price int64) {
	key := xDay(at) + " " + token + " " + what
	if b.seen[key] {
		return
	}
	b.seen[key] = true
	b.spent[xDay(at)] += price
	if price == xPostPrice {
		b.posts++
	}
}

// Spent is what readings of a day of UTC have cost, in dollars.
func (x *X) Spent(day time.Time) float64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return float64(x.bills.spent[xDay(day)]) / 1e6
}

// capped says that everything that may be read was. The caller holds mu.
func (x *X) capped() bool { return x.opt.Cap > 0 && x.bills.posts >= x.opt.Cap }
