package storage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// unguard takes the journal's triggers away, as somebody with the database in
// his hands could.
func (w *world) unguard() {
	w.t.Helper()
	statements := []string{`DROP TRIGGER events_no_update`, `DROP TRIGGER events_no_delete`}
	if w.engine.name() == "postgres" {
		statements = []string{`DROP TRIGGER events_append_only ON events`}
	}
	for _, q := range statements {
		w.tamper(q)
	}
}

func (w *world) tamper(query string, args ...any) {
	w.t.Helper()
	if _, err := w.write.ExecContext(w.ctx, query, args...); err != nil {
		w.t.Fatalf("%v: %s", err, query)
	}
}

func TestJournalIsAppendOnly(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		w.incident()
		for _, query := range []string{`UPDATE events SET at = 0`, `DELETE FROM events WHERE seq = 1`} {
			if _, err := w.write.ExecContext(w.ctx, query); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", query, err)
			}
		}
		w.wantSound()
	})
}

// tamperings change the past of region %[1]d: line %[2]d is about an incident
// and has a text, two lines follow it, and %[3]d is another region.
var tamperings = map[string]struct {
	queries string
	seq     int64 // the fault's line, counted from line %[2]d
	reason  string
}{
	"time changed":     {`UPDATE events SET at = at + 1 WHERE region_id = %[1]d AND seq = %[2]d`, 0, "changed"},
	"kind changed":     {`UPDATE events SET kind = 'closed' WHERE region_id = %[1]d AND seq = %[2]d`, 0, "changed"},
	"actor changed":    {`UPDATE events SET actor = 'system' WHERE region_id = %[1]d AND seq = %[2]d`, 0, "changed"},
	"person changed":   {`UPDATE events SET person_id = 1 WHERE region_id = %[1]d AND seq = %[2]d`, 0, "changed"},
	"incident changed": {`UPDATE events SET incident_id = 1 WHERE region_id = %[1]d AND seq = %[2]d`, 0, "changed"},
	"data changed":     {`UPDATE events SET data = '{"reason":"other"}' WHERE region_id = %[1]d AND seq = %[2]d`, 0, "changed"},
	"digest removed":   {`UPDATE events SET digest = NULL WHERE region_id = %[1]d AND seq = %[2]d`, 0, "changed"},
	"text changed":     {`UPDATE event_texts SET text = 'x' WHERE event_id = ` + tamperedLine, 0, "text"},
	"text added": {`INSERT INTO event_texts (event_id, salt, text) SELECT e.id, x.salt, 'x' FROM events e, event_texts x
		WHERE e.region_id = %[1]d AND e.seq = %[2]d - 1 AND x.event_id = ` + tamperedLine, -1, "text"},
	"removed": {`DELETE FROM event_texts WHERE event_id = ` + tamperedLine + `; DELETE FROM events WHERE region_id = %[1]d AND seq = %[2]d`, 0, "missing"},
	"removed and closed up": {`DELETE FROM event_texts WHERE event_id = ` + tamperedLine + `; DELETE FROM events WHERE region_id = %[1]d AND seq = %[2]d;
		UPDATE events SET seq = seq - 1 WHERE region_id = %[1]d AND seq = %[2]d + 1; UPDATE events SET seq = seq - 1 WHERE region_id = %[1]d AND seq = %[2]d + 2`, 0, "changed"},
	"swapped": {`UPDATE events SET seq = -1 WHERE region_id = %[1]d AND seq = %[2]d; UPDATE events SET seq = %[2]d WHERE region_id = %[1]d AND seq = %[2]d + 1;
		UPDATE events SET seq = %[2]d + 1 WHERE region_id = %[1]d AND seq = -1`, 0, "changed"},
	"last removed":            {`DELETE FROM event_texts WHERE event_id IN (SELECT id FROM events WHERE region_id = %[1]d AND seq = %[2]d + 2); DELETE FROM events WHERE region_id = %[1]d AND seq = %[2]d + 2`, 2, "missing at the end"},
	"all removed":             {`DELETE FROM event_texts WHERE event_id IN (SELECT id FROM events WHERE region_id = %[1]d AND seq < %[2]d + 9); DELETE FROM events WHERE region_id = %[1]d`, -2, "missing at the end"},
	"moved to another region": {`UPDATE events SET region_id = %[3]d, seq = 100 + %[1]d WHERE region_id = %[1]d AND seq = %[2]d + 2`, 2, "missing at the end"},
	"chain set back":          {`UPDATE regions SET chain_seq = %[2]d + 1, chain_hash = (SELECT hash FROM events WHERE region_id = %[1]d AND seq = %[2]d + 1) WHERE id = %[1]d`, 2, "too many"},
	"line put at the end": {`INSERT INTO events (region_id, seq, kind, actor, at, data, hash) SELECT %[1]d, %[2]d + 3, kind, actor, at, data, hash
		FROM events WHERE region_id = %[1]d AND seq = %[2]d`, 3, "too many"},
}

const tamperedLine = `(SELECT id FROM events WHERE region_id = %[1]d AND seq = %[2]d)`

func TestTamperingIsFound(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		sound := w.region // stays as it is, but for lines moved to it
		w.incident()
		w.unguard()
		for _, name := range slices.Sorted(maps.Keys(tamperings)) {
			tampering := tamperings[name]
			w.region = w.newRegion(name)
			w.topic = w.topicOf(w.region)
			c := w.do(w.Dismiss(w.ctx, w.admin, w.incident(), "other", "Слова администратора"))
			w.incident()
			w.check(w.SetTimeZone(w.ctx, Actor{Kind: Owner}, w.region, "Asia/Omsk"))
			if got := w.fault(w.region); got != nil {
				t.Fatalf("%s: a fault before it: %+v", name, got)
			}
			for q := range strings.SplitSeq(tampering.queries, ";") {
				// The values that a statement does not use are no concern of its text.
				q, _, _ = strings.Cut(fmt.Sprintf(q, w.region, c.Event.Seq, sound), "%!(EXTRA")
				w.tamper(q)
			}
			got := w.fault(w.region)
			if want := c.Event.Seq + tampering.seq; got == nil || got.Seq != want || !strings.Contains(got.Reason, tampering.reason) {
				t.Errorf("%s: found %+v, want line %d: %s", name, got, want, tampering.reason)
			}
		}
	})
}

// fault is the fault of a region's journal, nil for none.
func (w *world) fault(region int64) *ChainFault {
	w.t.Helper()
	faults, err := w.VerifyJournal(w.ctx)
	w.check(err)
	for _, f := range faults {
		if f.Region == region {
			return &f
		}
	}
	return nil
}

func TestErasedTextsKeepTheJournalWhole(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		w.do(w.Dismiss(w.ctx, w.admin, id, "other", "Слова администратора"))
		s.Advance(100 * 24 * time.Hour)
		w.check(w.Upkeep(w.ctx, keeping))
		events, err := w.Journal(w.ctx, id)
		w.check(err)
		if len(events) != 2 || events[1].Text != "" || events[1].Data.Reason != "other" {
			t.Errorf("the journal became %+v", events)
		}
		w.wantSound()
	})
}

func TestJournalNamesActors(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.assigned()
		w.do(w.Accept(w.ctx, w.first.Actor, id))
		events, err := w.Journal(w.ctx, id)
		w.check(err)
		names := map[EventKind]string{}
		for _, e := range events {
			names[e.Kind] = e.ActorName
		}
		want := map[EventKind]string{Registered: "", AssignedTo: "", Accepted: "Исполнитель Министерство дорог"}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzChainLine looks for two different lines with one hash: the parts of a
// line must not run into each other.
func FuzzChainLine(f *testing.F) {
	f.Add(int64(1), int64(11), "assigned", "official", "{}", []byte(nil), int64(11), int64(1), "assigned", "official", "{}", []byte{})
	f.Add(int64(1), int64(2), "a", "bc", "{}", []byte("1:2"), int64(1), int64(2), "ab", "c", "{}", []byte("1:2"))
	f.Fuzz(func(t *testing.T, seq1, at1 int64, kind1, actor1, data1 string, digest1 []byte, seq2, at2 int64, kind2, actor2, data2 string, digest2 []byte) {
		one := chainLine{seq: seq1, at: at1, kind: kind1, actor: actor1, data: data1, digest: digest1}
		two := chainLine{seq: seq2, at: at2, kind: kind2, actor: actor2, data: data2, digest: digest2}
		same := seq1 == seq2 && at1 == at2 && kind1 == kind2 && actor1 == actor2 && data1 == data2 && string(digest1) == string(digest2)
		if equal := slices.Equal(one.hash(nil), two.hash(nil)); equal != same {
			t.Errorf("%+v and %+v: equal hashes: %v", one, two, equal)
		}
	})
}
