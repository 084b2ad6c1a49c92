package monitor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// Prices in millionths of a dollar. The same post costs once a day of UTC.
const (
	xPostPrice = 5_000
	xUserPrice = 10_000
	xMostUSD   = 100_000
)

const (
	xLeastPage = 10  // posts that a page can be asked for at least
	xMostPage  = 100 // and at most
	// Searches spread their share over the day: a quarter of it may be spent at
	// once, the rest comes evenly, and a tenth of the day's money is kept for
	// what must not wait: lookups of posts and answers.
	xAtDawn  = 0.25
	xReserve = 0.1
	// Where there is money for more pages than this, nobody has to let others go first.
	xMostAhead = 5
	xYield     = 15 * time.Second
	// A search that waited for money and was not seen again is forgotten.
	xForgotten = time.Hour
)

// xMoney keeps what readings cost within the daily budget. What a day has cost
// so far stands in the cursors of the sources, which are stored with the posts:
// a restart reads it there.
type xMoney struct {
	daily int64          // millionths of a dollar
	store *storage.Store // nil: nothing is known of earlier

	mu       sync.Mutex
	recalled bool
	day      int64 // of UTC, counted from 1970
	spent    int64
	held     int64           // for calls under way
	seen     map[string]bool // posts that were paid today, by token and id
	waiting  map[string]xWaiting
}

// xWaiting is a search for which there was no money.
type xWaiting struct {
	since, asked time.Time
}

func newXMoney(usd float64, store *storage.Store) *xMoney {
	return &xMoney{daily: int64(usd * 1e6), store: store, seen: map[string]bool{}, waiting: map[string]xWaiting{}}
}

const xDay = 24 * 60 * 60 // seconds

// turn begins a new day when there is one. The caller holds mu.
func (m *xMoney) turn(now time.Time) {
	if day := now.Unix() / xDay; day != m.day {
		m.day, m.spent, m.seen = day, 0, map[string]bool{}
	}
}

// today is the day and what it has cost.
func (m *xMoney) today(now time.Time) (day, spent int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(now)
	return m.day, m.spent
}

// recall reads once, after a start, what the day has cost before it.
func (m *xMoney) recall(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.turn(now)
	if m.recalled || m.store == nil {
		return nil
	}
	sources, err := m.store.Sources(ctx, 0)
	if err != nil {
		return fmt.Errorf("read what the day has cost: %w", err)
	}
	for _, s := range sources {
		if s.Network != links.X {
			continue
		}
		if c, err := readXCursor(s.Cursor, now); err == nil && c.Day == m.day {
			m.spent = max(m.spent, c.Spent)
		}
	}
	m.recalled = true
	return nil
}

// allowance is what searches may have cost by now.
func (m *xMoney) allowance(now time.Time) int64 {
	passed := float64(now.Unix()%xDay) / xDay
	return int64(float64(m.daily) * (1 - xReserve) * (xAtDawn + (1-xAtDawn)*passed))
}

// search gives a search leave to read a page of so many posts: its newest one
// (head), or one of what it has not reached yet. Whoever asked for money in vain
// goes first, and the newest posts of all go before the older ones of any.
// settle says what was read; it must be called.
func (m *xMoney) search(ctx context.Context, asker string, head bool) (size int, settle func(token int, posts []xPost), err error) {
	if err := m.recall(ctx); err != nil {
		return 0, nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.turn(now)
	free := m.allowance(now) - m.spent - m.held
	const least = xLeastPage * xPostPrice
	if free < min(m.ahead(asker, head, now)+1, xMostAhead)*least {
		if head {
			m.wait(asker, now)
		}
		if free < least {
			return 0, nil, Limited{Until: m.enough(now), Scope: "method"}
		}
		return 0, nil, Limited{Until: now.Add(xYield)} // the others may go on
	}
	if head {
		delete(m.waiting, asker)
	}
	// Nobody takes all that is there.
	size = int(min(max(free/xPostPrice/4, xLeastPage), xMostPage))
	return size, m.hold(int64(size) * xPostPrice), nil
}

// wait notes that a search waits for money. The caller holds mu.
func (m *xMoney) wait(asker string, now time.Time) {
	w, known := m.waiting[asker]
	if !known {
		w.since = now
	}
	w.asked = now
	m.waiting[asker] = w
}

// ahead is how many searches have waited for money longer. The caller holds mu.
func (m *xMoney) ahead(asker string, head bool, now time.Time) (n int64) {
	mine, waits := m.waiting[asker]
	for who, w := range m.waiting {
		switch {
		case now.Sub(w.asked) > xForgotten:
			delete(m.waiting, who)
		case who != asker && (!head || !waits || w.since.Before(mine.since)):
			n++
		}
	}
	return n
}

// enough is when there is money for one page. What is held for calls under way
// comes back, mostly.
func (m *xMoney) enough(now time.Time) time.Time {
	missing := m.spent + xLeastPage*xPostPrice - m.allowance(now)
	perSecond := float64(m.daily) * (1 - xReserve) * (1 - xAtDawn) / xDay
	until := now.Add(time.Duration(max(float64(missing)/perSecond, 10) * float64(time.Second)))
	if dawn := time.Unix((m.day+1)*xDay, 0); until.After(dawn) {
		return dawn
	}
	return until
}

// short says that searches have no money now, and when they will.
func (m *xMoney) short() (until time.Time, short bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.turn(now)
	return m.enough(now), m.allowance(now)-m.spent-m.held < xLeastPage*xPostPrice
}

// hold keeps money for a call; the function ends that and counts what the posts
// that were read have cost. The caller holds mu.
func (m *xMoney) hold(price int64) func(token int, posts []xPost) {
	m.held += price
	return func(token int, posts []xPost) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.held -= price
		m.count(time.Now(), token, posts)
	}
}

// count adds what posts have cost. The caller holds mu.
func (m *xMoney) count(now time.Time, token int, posts []xPost) {
	m.turn(now)
	for _, p := range posts {
		key := fmt.Sprint(token, " ", p.ID)
		if !m.seen[key] {
			m.seen[key] = true
			m.spent += xPostPrice
		}
	}
}

// lookup gives leave to read so many posts that must not wait for their share of
// the day, as long as its money lasts. settle must be called.
func (m *xMoney) lookup(ctx context.Context, posts int) (settle func(token int, posts []xPost), err error) {
	if err := m.recall(ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.turn(now)
	price := int64(posts) * xPostPrice
	if m.spent+m.held+price > m.daily {
		return nil, Limited{Until: time.Unix((m.day+1)*xDay, 0)}
	}
	return m.hold(price), nil
}

// paid counts what was read without asking: what an answer needs is read also
// when the day's money is spent.
func (m *xMoney) paid(token int, posts []xPost) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count(time.Now(), token, posts)
}

// user counts a user that was looked up.
func (m *xMoney) user() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(time.Now())
	m.spent += xUserPrice
}

// left is the dollars that the day may still cost.
func (m *xMoney) left(now time.Time) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(now)
	return float64(max(m.daily-m.spent, 0)) / 1e6
}
