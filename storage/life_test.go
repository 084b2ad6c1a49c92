package storage

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestLife lets people press whatever they like in any order and looks after
// each press that the incident, its assignment, answer, clocks and messages
// tell one story.
func TestLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, open(t, filepath.Join(t.TempDir(), "otklik.db")))
	// What is rare may need another round.
	for range 8 {
		rapid.Check(t, func(t *rapid.T) {
			l := life{w: w, t: t, id: w.incident(func(f *Found) {
				if rapid.Bool().Draw(t, "by hand") {
					byHand(f)
				}
			})}
			if rapid.Bool().Draw(t, "two posts") {
				w.join(l.id)
			}
			t.Repeat(l.presses())
		})
		if len(w.unseen()) == 0 {
			break
		}
	}
	w.wantSound()
	for _, kind := range w.unseen() {
		t.Errorf("nothing was ever %s: these lives were too short", kind)
	}
}

// unseen are the kinds of steps that no life has taken yet.
func (w *world) unseen() (kinds []EventKind) {
	for _, kind := range []EventKind{DismissedBy, AssignedTo, Accepted, Returned, Unreachable, Frozen, Stopped, AnsweredNow, PublishFailed, ClosedBy, Reopened, Undone} {
		if w.number(`SELECT count(*) FROM events WHERE kind = $1`, string(kind)) == 0 {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// life is one incident's.
type life struct {
	w     *world
	t     *rapid.T
	id    int64
	steps []int64 // the events so far that could be taken back
}

// pressed notes a step; refusals are no failures.
func (l *life) pressed(c Change, err error) {
	var refused *Conflict
	switch {
	case err == nil && c.Event.Data.Undoable:
		l.steps = append(l.steps, c.Event.ID)
	case err != nil && !errors.As(err, &refused) && !errors.Is(err, ErrNotFound):
		l.t.Fatalf("%v", err)
	}
}

// who presses: mostly the one whose incident it is.
func (l *life) who() official {
	crew := []official{l.w.first, l.w.second}
	switch now := l.w.get(l.id); now.Official {
	case l.w.first.role:
		crew = []official{l.w.first, l.w.first, l.w.first, l.w.second}
	case l.w.second.role:
		crew = []official{l.w.second, l.w.second, l.w.second, l.w.first}
	}
	return rapid.SampledFrom(crew).Draw(l.t, "official")
}

// anybody is one of the two.
func (l *life) anybody() official {
	return rapid.SampledFrom([]official{l.w.first, l.w.second}).Draw(l.t, "official")
}

func (l *life) presses() map[string]func(*rapid.T) {
	w := l.w
	return map[string]func(*rapid.T){
		"dismiss": func(*rapid.T) { l.pressed(w.Dismiss(w.ctx, w.admin, l.id, "other", "слова")) },
		"assign":  func(*rapid.T) { l.pressed(w.Assign(w.ctx, w.admin, l.id, l.anybody().role)) },
		"accept":  func(*rapid.T) { l.pressed(w.Accept(w.ctx, l.who().Actor, l.id)) },
		"return":  func(*rapid.T) { l.pressed(w.Return(w.ctx, l.who().Actor, l.id, "other", 0, "")) },
		"draft":   l.draft,
		"answer": func(*rapid.T) {
			l.draft(nil)
			if a, err := w.Answer(w.ctx, l.id); err == nil {
				l.pressed(w.Publish(w.ctx, l.who().Actor, l.id, a.Version, 0))
			}
		},
		"publish": func(*rapid.T) {
			if a, err := w.Answer(w.ctx, l.id); err == nil {
				l.pressed(w.Publish(w.ctx, l.who().Actor, l.id, a.Version, 0))
			}
		},
		"stop":              func(*rapid.T) { l.pressed(w.Stop(w.ctx, l.who().Actor, l.id)) },
		"published by hand": func(*rapid.T) { l.pressed(w.PublishedByHand(w.ctx, l.who().Actor, l.id, ByHandProof{})) },
		"send again":        func(*rapid.T) { l.pressed(Change{}, w.SendAgain(w.ctx, l.who().Actor, l.id)) },
		"network":           l.network,
		"close":             func(*rapid.T) { l.pressed(w.CloseIncident(w.ctx, w.admin, l.id)) },
		"close unpublished": func(*rapid.T) { l.pressed(w.CloseUnpublished(w.ctx, w.admin, l.id, "слова")) },
		"reopen":            func(*rapid.T) { l.pressed(w.Reopen(w.ctx, w.admin, l.id, "слова")) },
		"ask":               func(*rapid.T) { l.pressed(Change{}, w.Ask(w.ctx, l.who().Actor, l.id, "слова")) },
		"undo": func(*rapid.T) {
			if n := len(l.steps); n > 0 {
				back := rapid.SampledFrom([]int{1, 1, 1, min(2, n)}).Draw(l.t, "steps back")
				l.pressed(w.Undo(w.ctx, w.admin, l.steps[n-back]))
			}
		},
		"official gone": func(*rapid.T) {
			o := l.who()
			l.pressed(Change{}, w.PersonUnreachable(w.ctx, o.Person))
			// He writes again, so that the next life has him.
			p := mustBe[Person](w.t)(w.Person(w.ctx, o.Person))
			_, err := w.MeetPerson(w.ctx, p.Address, p.Name, p.Language, o.chat)
			l.pressed(Change{}, err)
		},
		"deliver": func(*rapid.T) { w.deliver() },
		"wait":    func(*rapid.T) { w.Advance(time.Duration(rapid.IntRange(1, 8).Draw(l.t, "minutes")) * time.Minute) },
		"":        l.tellsOneStory,
	}
}

func (l *life) draft(*rapid.T) {
	o := l.who()
	_, err := l.w.SaveDraft(l.w.ctx, o.Actor, l.id, DraftPart{Chat: o.chat, Telegram: 10_000 + l.w.posts.Add(1), Text: "Ответ"})
	l.pressed(Change{}, err)
}

// network lets the monitor take a publication and tell how it went.
func (l *life) network(*rapid.T) {
	w := l.w
	p, err := w.TakePublication(w.ctx)
	if errors.Is(err, ErrNotFound) {
		return
	}
	l.pressed(Change{}, err)
	var told error
	switch rapid.SampledFrom([]string{"published", "later", "unknown", "by hand", "flood", "impossible"}).Draw(l.t, "network says") {
	case "published":
		told = w.PublishedAs(w.ctx, p.ID, "1", "https://vk.com/wall-1_1?reply=1")
	case "later":
		told = w.PublishLater(w.ctx, p.ID, w.Now())
	case "unknown":
		told = w.PublishUnknown(w.ctx, p.ID)
	case "by hand":
		told = w.PublishByHand(w.ctx, p.ID, "no_permission")
	case "flood":
		told = w.StopFanOut(w.ctx, p.ID, "flood")
	case "impossible":
		told = w.PublishImpossible(w.ctx, p.ID, "gone")
	}
	l.pressed(Change{}, told)
}

// tellsOneStory compares the tables with the incident's state.
func (l *life) tellsOneStory(*rapid.T) {
	w, i := l.w, l.w.get(l.id)
	assigned := flag(i.State == Assigned)
	frozen := w.number(`SELECT count(*) FROM answers WHERE incident_id = $1 AND state = 'frozen'`, l.id)
	working := i.State == New || i.State == Assigned
	for what, pair := range map[string][2]int64{
		"open assignments of its official":   {w.number(`SELECT count(*) FROM assignments WHERE incident_id = $1 AND official_id = $2 AND ended_at IS NULL`, l.id, i.Official), flag(i.Official != 0)},
		"open assignments":                   {w.number(`SELECT count(*) FROM assignments WHERE incident_id = $1 AND ended_at IS NULL`, l.id), flag(i.Official != 0)},
		"acceptances":                        {w.number(`SELECT count(*) FROM assignments WHERE incident_id = $1 AND ended_at IS NULL AND accepted_at IS NOT NULL`, l.id), flag(!i.AcceptedAt.IsZero())},
		"live items of its official":         {w.number(`SELECT count(*) FROM messages m JOIN people p ON p.chat_id = m.chat_id JOIN roles o ON o.person_id = p.id WHERE m.incident_id = $1 AND m.kind = 'item' AND m.state = 'live' AND o.id = $2`, l.id, i.Official), flag(i.Official != 0)},
		"live items":                         {w.number(`SELECT count(*) FROM messages WHERE incident_id = $1 AND kind = 'item' AND state = 'live'`, l.id), flag(i.Official != 0)},
		"live cards":                         {w.number(`SELECT count(*) FROM messages WHERE incident_id = $1 AND kind = 'card' AND state = 'live'`, l.id), 1},
		"live messages nobody will send":     {w.number(`SELECT count(*) FROM messages m WHERE m.incident_id = $1 AND m.state = 'live' AND m.telegram_id IS NULL AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = m.id AND o.state = 'pending')`, l.id), 0},
		"frozen answers of an open incident": {frozen, assigned * flag(!i.FrozenAt.IsZero())},
		"drafts of nobody":                   {w.number(`SELECT count(*) FROM answers WHERE incident_id = $1 AND state = 'draft' AND (official_id <> $2 OR $3 = 0)`, l.id, i.Official, assigned), 0},
		"publications on their way":          {w.number(`SELECT count(*) FROM publications b JOIN answers a ON a.id = b.answer_id WHERE a.incident_id = $1 AND b.state IN ('planned', 'sending', 'unknown', 'waiting') AND a.state <> 'frozen'`, l.id), 0},
		"first-answer clocks that run":       {w.number(`SELECT count(*) FROM deadlines WHERE incident_id = $1 AND kind = 'answer' AND stopped_at IS NULL`, l.id), flag(working && i.FrozenAt.IsZero())},
		"triage clocks that run":             {w.number(`SELECT count(*) FROM deadlines WHERE incident_id = $1 AND kind = 'triage' AND stopped_at IS NULL`, l.id), flag(i.State == New)},
		"closing clocks that run":            {w.number(`SELECT count(*) FROM deadlines WHERE incident_id = $1 AND kind = 'auto_close' AND stopped_at IS NULL`, l.id), flag(i.State == Answered)},
		"photos of nothing on its way":       {w.number(`SELECT count(*) FROM uploads u WHERE NOT EXISTS (SELECT 1 FROM publications b WHERE b.answer_id = u.answer_id AND b.state IN ('planned', 'sending', 'unknown'))`), 0},
		"too many returns":                   {flag(i.Returns > MaxReturns), 0},
	} {
		if pair[0] != pair[1] {
			l.t.Fatalf("№%d is %s, official %d: %s: %d, want %d\n%s", l.id, i.State, i.Official, what, pair[0], pair[1], fmt.Sprint(w.kinds(l.id)))
		}
	}
}
