package storage

import (
	"fmt"
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

// tamperings change the past of region 1, whose line %d is about an incident
// and has a text.
var tamperings = map[string]struct {
	queries []string
	seq     int64 // the fault's line, counted from line %d
	reason  string
}{
	"time changed":        {[]string{`UPDATE events SET at = at + 1 WHERE region_id = 1 AND seq = %d`}, 0, "changed"},
	"kind changed":        {[]string{`UPDATE events SET kind = 'closed' WHERE region_id = 1 AND seq = %d`}, 0, "changed"},
	"actor changed":       {[]string{`UPDATE events SET actor = 'system' WHERE region_id = 1 AND seq = %d`}, 0, "changed"},
	"person changed":      {[]string{`UPDATE events SET person_id = 1 WHERE region_id = 1 AND seq = %d`}, 0, "changed"},
	"incident changed":    {[]string{`UPDATE events SET incident_id = 1 WHERE region_id = 1 AND seq = %d`}, 0, "changed"},
	"data changed":        {[]string{`UPDATE events SET data = '{"reason":"other"}' WHERE region_id = 1 AND seq = %d`}, 0, "changed"},
	"digest removed":      {[]string{`UPDATE events SET digest = NULL WHERE region_id = 1 AND seq = %d`}, 0, "changed"},
	"text changed":        {[]string{`UPDATE event_texts SET text = 'x' WHERE event_id = (SELECT id FROM events WHERE region_id = 1 AND seq = %d)`}, 0, "text"},
	"text added":          {[]string{`INSERT INTO event_texts (event_id, salt, text) SELECT e.id, x.salt, 'x' FROM events e, event_texts x WHERE e.region_id = 1 AND e.seq = %[1]d - 1 AND x.event_id = (SELECT id FROM events WHERE region_id = 1 AND seq = %[1]d)`}, -1, "text"},
	"removed":             {[]string{`DELETE FROM event_texts WHERE event_id = (SELECT id FROM events WHERE region_id = 1 AND seq = %d)`, `DELETE FROM events WHERE region_id = 1 AND seq = %d`}, 0, "missing"},
	"removed and closed":  {[]string{`DELETE FROM event_texts WHERE event_id = (SELECT id FROM events WHERE region_id = 1 AND seq = %d)`, `DELETE FROM events WHERE region_id = 1 AND seq = %d`, `UPDATE events SET seq = seq - 1 WHERE region_id = 1 AND seq = %d + 1`, `UPDATE events SET seq = seq - 1 WHERE region_id = 1 AND seq = %d + 2`}, 0, "changed"},
	"swapped":             {[]string{`UPDATE events SET seq = -1 WHERE region_id = 1 AND seq = %d`, `UPDATE events SET seq = %[1]d WHERE region_id = 1 AND seq = %[1]d + 1`, `UPDATE events SET seq = %d + 1 WHERE region_id = 1 AND seq = -1`}, 0, "changed"},
	"last removed":        {[]string{`DELETE FROM event_texts WHERE event_id = (SELECT id FROM events WHERE region_id = 1 AND seq = %d + 2)`, `DELETE FROM events WHERE region_id = 1 AND seq = %d + 2`}, 2, "missing at the end"},
	"all removed":         {[]string{`DELETE FROM event_texts`, `DELETE FROM events WHERE region_id = 1 AND %d > 0`}, 0, "missing at the end"},
	"moved to the other":  {[]string{`UPDATE events SET region_id = 2, seq = 100 WHERE region_id = 1 AND seq = %d + 2`}, 2, "missing at the end"},
	"chain set back":      {[]string{`UPDATE regions SET chain_seq = %[1]d + 1, chain_hash = (SELECT hash FROM events WHERE region_id = 1 AND seq = %[1]d + 1) WHERE id = 1`}, 3, "too many"},
	"line put in the end": {[]string{`INSERT INTO events (region_id, seq, kind, actor, at, data, hash) SELECT 1, %[1]d + 3, kind, actor, at, data, hash FROM events WHERE region_id = 1 AND seq = %[1]d`}, 3, "too many"},
}

func TestTamperingIsFound(t *testing.T) {
	for name, tampering := range tamperings {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, s *Store) {
				w := newWorld(t, s)
				w.newRegion("Нагорный край")
				w.incident()
				id := w.incident()
				c := w.do(w.Dismiss(w.ctx, w.admin, id, "other", "Слова администратора"))
				w.incident()
				w.check(w.SetTimeZone(w.ctx, Actor{Kind: Owner}, w.region, "Asia/Omsk"))
				w.wantSound()
				w.unguard()
				line := c.Event.Seq
				for _, q := range tampering.queries {
					if strings.Contains(q, "%") {
						q = fmt.Sprintf(q, line)
					}
					w.tamper(q)
				}
				faults, err := w.VerifyJournal(w.ctx)
				w.check(err)
				want := line + tampering.seq
				if name == "all removed" {
					want = 1
				}
				if name == "chain set back" {
					want = line + 2
				}
				if len(faults) == 0 || faults[0].Region != 1 || faults[0].Seq != want || !strings.Contains(faults[0].Reason, tampering.reason) {
					t.Errorf("found %+v, want line %d: %s", faults, want, tampering.reason)
				}
			})
		})
	}
}

func TestErasedTextsKeepTheJournalWhole(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		w.do(w.Dismiss(w.ctx, w.admin, id, "other", "Слова администратора"))
		s.Advance(100 * 24 * time.Hour)
		w.check(w.Upkeep(w.ctx, 90*24*time.Hour))
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
