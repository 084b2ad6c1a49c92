package storage

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// why are the reasons of an incident's suggestions, by official.
func (w *world) why(incident int64) (order []int64, why map[int64]string) {
	w.t.Helper()
	list, err := w.Suggestions(w.ctx, w.get(incident), 6)
	w.check(err)
	why = map[int64]string{}
	for _, s := range list {
		order, why[s.Official.ID] = append(order, s.Official.ID), s.Why
	}
	return order, why
}

func (w *world) wantFirst(incident int64, o official, why string) {
	w.t.Helper()
	order, reasons := w.why(incident)
	if len(order) == 0 || order[0] != o.role || reasons[o.role] != why {
		w.t.Errorf("№%d goes to %v by %v, want %d by %s", incident, order, reasons, o.role, why)
	}
}

// advised is a new incident that comes with advice.
func (w *world) withAdvice(a Advice) int64 {
	w.t.Helper()
	return w.incident(func(f *Found) { f.Matches[0].Advice = a })
}

func TestAdviceComesWithTheIncident(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		learned := Advice{Officials: []Candidate{{w.second.role, 0.9}, {w.first.role, 0}}, Topics: []int64{w.topic}, Reason: "no_facts", Urgent: true}
		proved := learned
		proved.Earned = true
		w.wantFirst(w.withAdvice(Advice{}), w.first, "any")
		w.wantFirst(w.withAdvice(learned), w.second, "likely")
		w.check(w.SetRoute(w.ctx, w.admin, w.region, w.topic, 0, w.first.role))
		w.wantFirst(w.withAdvice(learned), w.first, "route")
		id := w.withAdvice(proved)
		w.wantFirst(id, w.second, "learned")
		got, err := w.Advice(w.ctx, id)
		w.check(err)
		want := proved
		want.Officials = nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("advice (-want +got):\n%s", diff)
		}
		// The body that an official names goes before all.
		w.do(w.Assign(w.ctx, w.admin, id, w.second.role))
		w.do(w.Return(w.ctx, w.second.Actor, id, "other_body", w.first.body, ""))
		w.wantFirst(id, w.first, "hint")
		// Erased with the texts.
		w.do(w.Dismiss(w.ctx, w.admin, id, "other", ""))
		w.Advance(keeping.Texts + time.Hour)
		w.check(w.Upkeep(w.ctx, keeping))
		if n := w.number(`SELECT (SELECT count(*) FROM advice WHERE incident_id = $1) + (SELECT count(*) FROM suggestions WHERE incident_id = $1)`, id); n != 0 {
			t.Errorf("%d rows of advice outlive the texts", n)
		}
	})
}

func TestAdviceShowsOnlyWhatChanged(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		id := w.incident()
		w.deliver()
		first, second := Candidate{w.first.role, 0}, Candidate{w.second.role, 0}
		card := w.number(`SELECT id FROM messages WHERE incident_id = $1`, id)
		wanted := func() int64 { return w.number(`SELECT wanted - shown FROM messages WHERE id = $1`, card) }
		for _, step := range []struct {
			what  string
			give  Advice
			quiet bool
			shown bool
		}{
			{"as it is", Advice{Officials: []Candidate{first, second}}, false, false},
			{"another one behind", Advice{Officials: []Candidate{first}}, false, false},
			{"another first", Advice{Officials: []Candidate{second, first}}, false, true},
			{"a reason", Advice{Officials: []Candidate{second, first}, Reason: "insult"}, false, true},
			{"topics in a menu", Advice{Officials: []Candidate{second, first}, Reason: "insult", Topics: []int64{w.topic}}, false, false},
			{"urgent", Advice{Officials: []Candidate{second, first}, Urgent: true}, false, true},
			{"another first, but the group is busy", Advice{Officials: []Candidate{first}, Urgent: true}, true, false},
		} {
			shown, err := w.Advise(w.ctx, id, step.give, !step.quiet)
			w.check(err)
			if shown != step.shown || (wanted() > 0) != step.shown {
				t.Errorf("%s: shown %v, want %v", step.what, shown, step.shown)
			}
			w.deliver()
		}
		// An open menu stays: somebody is choosing.
		w.check(w.OpenMenu(w.ctx, card, "assign"))
		w.deliver()
		if _, err := w.Advise(w.ctx, id, Advice{Officials: []Candidate{second}}, true); err != nil || wanted() != 0 {
			t.Errorf("under an open menu the card changes: %v", err)
		}
		w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
		if shown, err := w.Advise(w.ctx, id, Advice{Officials: []Candidate{second}, Reason: "insult"}, true); err != nil || shown {
			t.Errorf("advice on what was decided is shown: %v, %v", shown, err)
		}
	})
}

func TestSuggestionModelIsKept(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		for _, want := range []SuggestionModel{{}, {1, 7, []byte{0, 1, 2}}, {2, 9, []byte{3}}} {
			if want.Data != nil {
				w.check(w.SaveSuggestionModel(w.ctx, w.region, want))
			}
			got, err := w.SuggestionModel(w.ctx, w.region)
			w.check(err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("model (-want +got):\n%s", diff)
			}
		}
	})
}

// TestDecisionsWake: whoever learns is woken by what teaches, and by nothing
// that comes all day.
func TestDecisionsWake(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		woken, end := s.Changed(Decisions)
		defer end()
		want := func(what string, wants bool) {
			t.Helper()
			select {
			case <-woken:
				if !wants {
					t.Errorf("%s wakes", what)
				}
			default:
				if wants {
					t.Errorf("%s does not wake", what)
				}
			}
		}
		id := w.incident()
		want("a new incident", false)
		c := w.do(w.Assign(w.ctx, w.admin, id, w.first.role))
		want("an assignment", true)
		w.do(w.Undo(w.ctx, w.admin, c.Event.ID))
		want("an undo", true)
		w.check(w.SetImportance(w.ctx, w.admin, id, High))
		want("an importance", true)
		w.do(w.Dismiss(w.ctx, w.admin, id, "insult", ""))
		want("a dismissal", true)
	})
}
