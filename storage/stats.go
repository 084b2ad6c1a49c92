package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Stretch is a stretch of time: From belongs to it, To does not.
type Stretch struct{ From, To time.Time }

// Summary are the numbers of a region about the incidents registered in a
// stretch, by their state now. The counts of States add up to Registered, and
// those of Reasons to States[Dismissed].
type Summary struct {
	Registered int
	Before     int // registered in the stretch it is compared with
	States     map[State]int
	Reasons    map[string]int // of the dismissed, by code
	// Overdue are those of Registered that have a clock of triage, acceptance or
	// answer which has run out, or had run out when it was stopped. A clock that
	// was started anew is judged by its last start.
	Overdue       int
	Topics        []TopicCount // the most frequent first
	Answers       AnswerTimes
	AnswersBefore AnswerTimes
	// Bodies are those whose officials have at least RankedFrom of the incidents.
	// By the median, the fastest first; one that answered fewer than half of its
	// incidents stands behind those that answered more.
	Bodies       []BodyTimes
	LatePromises int // promises of the region's open incidents whose date is past, whenever they were registered
}

// RankedFrom is how many incidents a body needs to be ranked by its speed.
const RankedFrom = 10

// TopicCount is how many incidents of a topic were registered in a stretch,
// and in the one before.
type TopicCount struct {
	Topic      int64
	Name       string
	Registered int
	Before     int
}

// AnswerTimes are the times from registration to the first answer: until
// «Опубликовать» was pressed for the first answer that then stood in a network.
type AnswerTimes struct {
	Count        int // of the incidents that have an answer
	Mean, Median time.Duration
}

// BodyTimes are the answer times of a body.
type BodyTimes struct {
	Body      int64
	Name      string
	Incidents int // assigned to its officials, or answered or closed by them
	Answers   AnswerTimes
}

// Summary counts the incidents of a region that were registered in a stretch,
// and compares with the stretch before. It sees one state of the database.
func (s *Store) Summary(ctx context.Context, region int64, now, before Stretch) (sum Summary, err error) {
	sum = Summary{States: map[State]int{}, Reasons: map[string]int{}}
	// Neither engine lets a later query of such a transaction see more than the first.
	t, err := s.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return sum, fmt.Errorf("begin to count: %w", err)
	}
	defer func() {
		if e := t.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
			err = errors.Join(err, e)
		}
	}()
	c := counting{ctx, t, region, ms(s.Now())}
	for _, part := range []struct {
		what string
		do   func() error
	}{
		{"states", func() error { return c.states(&sum, now) }},
		{"overdue", func() (err error) { sum.Overdue, err = c.overdue(now); return err }},
		{"topics", func() error { return c.topics(&sum, now, before) }},
		{"answers", func() error { return c.answers(&sum, now, before) }},
		{"promises", func() (err error) { sum.LatePromises, err = c.latePromises(); return err }},
	} {
		if err := part.do(); err != nil {
			return sum, fmt.Errorf("count %s of region %d: %w", part.what, region, err)
		}
	}
	return sum, nil
}

// counting is one state of the database, asked about one region.
type counting struct {
	ctx    context.Context
	db     queryer
	region int64
	now    int64
}

const registeredIn = ` i.region_id = $1 AND i.registered_at >= $2 AND i.registered_at < $3 `

func (c counting) in(s Stretch) []any { return []any{c.region, ms(s.From), ms(s.To)} }

func (c counting) states(sum *Summary, in Stretch) error {
	type row struct {
		state  State
		reason string
		n      int
	}
	rows, err := all(c.ctx, c.db, func(r scanner) (x row, err error) {
		return x, r.Scan(&x.state, &x.reason, &x.n)
	}, `SELECT i.state, CASE WHEN i.state = 'dismissed' THEN i.reason ELSE '' END AS why, count(*) FROM incidents i WHERE`+registeredIn+`GROUP BY i.state, why`, c.in(in)...)
	for _, x := range rows {
		sum.Registered += x.n
		sum.States[x.state] += x.n
		if x.state == Dismissed {
			sum.Reasons[x.reason] += x.n
		}
	}
	return err
}

func (c counting) overdue(in Stretch) (int, error) {
	// Counted and not asked for with EXISTS, which PostgreSQL turns into a look at
	// all deadlines that there ever were.
	return one(c.ctx, c.db, scalar[int], `SELECT count(*) FROM incidents i WHERE`+registeredIn+`
		AND (SELECT count(*) FROM deadlines d WHERE d.incident_id = i.id AND d.kind IN ('triage', 'accept', 'answer', 'final') AND d.due_at < coalesce(d.stopped_at, $4)) > 0`,
		append(c.in(in), c.now)...)
}

func (c counting) topics(sum *Summary, now, before Stretch) error {
	var err error
	sum.Topics, err = all(c.ctx, c.db, func(r scanner) (x TopicCount, err error) {
		return x, r.Scan(&x.Topic, &x.Name, &x.Registered, &x.Before)
	}, `SELECT t.id, t.name, cast(n.present AS bigint), cast(n.earlier AS bigint) FROM topics t JOIN (
			SELECT topic_id, sum(present) AS present, sum(earlier) AS earlier FROM (
				SELECT i.topic_id AS topic_id, count(*) AS present, 0 AS earlier FROM incidents i WHERE`+registeredIn+`GROUP BY i.topic_id
				UNION ALL
				SELECT i.topic_id, 0, count(*) FROM incidents i WHERE i.region_id = $1 AND i.registered_at >= $4 AND i.registered_at < $5 GROUP BY i.topic_id
			) AS both_stretches GROUP BY topic_id
		) AS n ON n.topic_id = t.id`, append(c.in(now), ms(before.From), ms(before.To))...)
	slices.SortFunc(sum.Topics, func(a, b TopicCount) int {
		return firstOf(b.Registered-a.Registered, b.Before-a.Before, strings.Compare(a.Name, b.Name))
	})
	for _, t := range sum.Topics {
		sum.Before += t.Before
	}
	return err
}

// firstOf is the first of several comparisons that tells two apart.
func firstOf(orders ...int) int {
	for _, o := range orders {
		if o != 0 {
			return o
		}
	}
	return 0
}

// answers takes all answer times: a median needs them.
func (c counting) answers(sum *Summary, now, before Stretch) error {
	earlier, err := c.times(before)
	if err != nil {
		return err
	}
	sum.AnswersBefore = times(earlier)
	present, err := c.times(now)
	if err != nil {
		return err
	}
	sum.Answers = times(present)
	byBody := map[int64][]answerTime{}
	for _, a := range present {
		byBody[a.body] = append(byBody[a.body], a)
	}
	sum.Bodies, err = all(c.ctx, c.db, func(r scanner) (b BodyTimes, err error) {
		return b, r.Scan(&b.Body, &b.Name, &b.Incidents)
	}, `SELECT b.id, b.name, cast(n.incidents AS bigint) FROM bodies b JOIN (
			SELECT o.body_id AS body_id, sum(p.incidents) AS incidents FROM (
				SELECT i.official_id AS official_id, count(*) AS incidents FROM incidents i WHERE`+registeredIn+`AND i.official_id IS NOT NULL AND i.state <> 'merged' GROUP BY i.official_id
			) AS p JOIN roles o ON o.id = p.official_id GROUP BY o.body_id
		) AS n ON n.body_id = b.id WHERE n.incidents >= $4`, append(c.in(now), RankedFrom)...)
	for n := range sum.Bodies {
		sum.Bodies[n].Answers = times(byBody[sum.Bodies[n].Body])
	}
	slices.SortFunc(sum.Bodies, faster)
	return err
}

// faster orders bodies by the rule of Summary.Bodies.
func faster(a, b BodyTimes) int {
	few := func(b BodyTimes) int { return int(flag(b.Answers.Count*2 < b.Incidents)) }
	return firstOf(few(a)-few(b), int(flag(a.Answers.Count == 0)-flag(b.Answers.Count == 0)),
		int(a.Answers.Median.Milliseconds()-b.Answers.Median.Milliseconds()), b.Answers.Count-a.Answers.Count, strings.Compare(a.Name, b.Name))
}

// answerTime is how long one incident waited for its first answer.
type answerTime struct {
	body int64 // of its official; 0 for none
	took int64 // milliseconds
}

func (c counting) times(in Stretch) ([]answerTime, error) {
	return all(c.ctx, c.db, func(r scanner) (a answerTime, err error) {
		return a, r.Scan(&a.body, &a.took)
	}, `SELECT coalesce(o.body_id, 0), f.at - f.registered FROM (
			SELECT i.official_id AS official_id, i.registered_at AS registered,
				(SELECT min(a.frozen_at) FROM answers a WHERE a.incident_id = i.id AND a.state = 'done') AS at
			FROM incidents i WHERE`+registeredIn+`AND i.state <> 'merged'
		) AS f LEFT JOIN roles o ON o.id = f.official_id WHERE f.at IS NOT NULL`, c.in(in)...)
}

// times are the mean and the median; of an even number of times the median is
// the mean of the two in the middle.
func times(list []answerTime) (a AnswerTimes) {
	if a.Count = len(list); a.Count == 0 {
		return a
	}
	took, total := make([]int64, len(list)), int64(0)
	for n, x := range list {
		took[n] = x.took
		total += x.took
	}
	slices.Sort(took)
	middle := took[len(took)/2]
	if len(took)%2 == 0 {
		middle = (took[len(took)/2-1] + middle) / 2
	}
	a.Mean = time.Duration(total/int64(a.Count)) * time.Millisecond
	a.Median = time.Duration(middle) * time.Millisecond
	return a
}

func (c counting) latePromises() (int, error) {
	return one(c.ctx, c.db, scalar[int], `SELECT count(*) FROM deadlines d JOIN incidents i ON i.id = d.incident_id
		WHERE d.stopped_at IS NULL AND d.due_at < $1 AND d.kind = 'promise' AND i.region_id = $2`, c.now, c.region)
}

// Quarter is how many incidents in one state were registered in a quarter of an
// hour. No time zone cuts one: days are made of whole quarters everywhere.
type Quarter struct {
	From  time.Time
	State State
	Count int
}

// quarterLife is the length of a Quarter.
const quarterLife = 15 * time.Minute

// Quarters counts a region's incidents by when they were registered and their
// state now, in the order of time; quarters and states without any are left out.
func (s *Store) Quarters(ctx context.Context, region int64, in Stretch) ([]Quarter, error) {
	length := quarterLife.Milliseconds()
	list, err := all(ctx, s.read, func(r scanner) (q Quarter, err error) {
		var n int64
		err = r.Scan(&n, &q.State, &q.Count)
		q.From = at(n * length)
		return q, err
	}, `SELECT i.registered_at / $1 AS quarter, i.state, count(*) FROM incidents i WHERE i.region_id = $2 AND i.registered_at >= $3 AND i.registered_at < $4 GROUP BY quarter, i.state ORDER BY quarter, i.state`,
		length, region, ms(in.From), ms(in.To))
	if err != nil {
		return nil, fmt.Errorf("count the hours of region %d: %w", region, err)
	}
	return list, nil
}
