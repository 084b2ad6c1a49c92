package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	network "otklik/monitor/sandbox"
	"otklik/storage"
)

// demoDays is how many whole days the demo's history has before today.
const demoDays = 7

// history replays the past of the demo's region through the workflow, with the
// clock of the store set back; nothing of it is written past the workflow.
type history struct {
	*seed
	store      *storage.Store
	world      *world
	complaints []complaint // without chatter
	answers    []string
	random     *rand.Rand
	end        time.Time // nothing happens after it
	steps      []pastStep
	drafts     int64
	posts      int
}

// pastStep is something that somebody did.
type pastStep struct {
	at time.Time
	do func(context.Context) error
}

// replay fills the seven days before now and today until now. The clock stands
// where it stood when it returns.
func replay(ctx context.Context, store *storage.Store, w *world, s *seed, complaints []complaint, now time.Time) error {
	h := &history{seed: s, store: store, world: w, answers: demoLines(demoAnswersText), random: rand.New(rand.NewPCG(20, 26)), end: now.Add(-2 * time.Minute)}
	h.complaints = slices.DeleteFunc(slices.Clone(complaints), func(c complaint) bool { return c.topic == "" })
	region, err := store.Region(ctx, s.region)
	if err != nil {
		return err
	}
	h.plan(now.In(region.Zone()))
	slices.SortStableFunc(h.steps, func(a, b pastStep) int { return a.at.Compare(b.at) })
	for _, step := range h.steps {
		setClock(store, step.at)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("replay %s: %w", step.at.Format(time.DateTime), err)
		}
	}
	return nil
}

// setClock moves the store's clock to a moment, back or forth.
func setClock(store *storage.Store, at time.Time) { store.Advance(at.Sub(store.Now())) }

// plan writes down what happens on each day. Residents write between seven in
// the morning and eleven at night; what came in the last hour and a half is
// left out, so that everything of the past has been decided on.
func (h *history) plan(now time.Time) {
	last := now.Add(-90 * time.Minute)
	for back := demoDays; back >= 0; back-- {
		morning := time.Date(now.Year(), now.Month(), now.Day()-back, 7, 0, 0, 0, now.Location())
		for range 22 + h.random.IntN(14) {
			at := morning.Add(h.between(0, 16*time.Hour))
			if at.After(last) {
				continue
			}
			c := h.complaints[h.random.IntN(len(h.complaints))]
			h.live(&life{complaint: c, own: h.chance(8), official: h.officials[demoBodies[c.topic]]}, at)
		}
	}
}

func (h *history) between(low, high time.Duration) time.Duration {
	return low + time.Duration(h.random.Int64N(int64(high-low)))
}

// chance is true in so many of a hundred cases.
func (h *history) chance(percent int) bool { return h.random.IntN(100) < percent }

// at plans a step unless it would be in the future; it tells whether it did.
func (h *history) at(at time.Time, do func(context.Context) error) bool {
	if at.After(h.end) {
		return false
	}
	h.steps = append(h.steps, pastStep{at, do})
	return true
}

// life is one incident of the past.
type life struct {
	complaint
	own      bool // it stands on the wall that the page shows
	official storage.Official
	post     *network.Post
	id       int64
	by       storage.Actor // the official
}

// live plans a whole life from the post to the close, as far as it has come.
func (h *history) live(l *life, at time.Time) {
	l.by = storage.Actor{Kind: storage.AsOfficial, Person: l.official.Person}
	h.at(at, func(ctx context.Context) error { return h.register(ctx, l) })
	at = at.Add(h.between(3*time.Minute, 45*time.Minute))
	if h.chance(14) {
		reason := []string{"no_problem", "no_facts", "insult", "closed_profile", "already_answered", "other_region", "other"}[h.random.IntN(7)]
		h.at(at, func(ctx context.Context) error {
			_, err := h.store.Dismiss(ctx, h.by(), l.id, reason, "")
			return err
		})
		return
	}
	at = h.assign(l, at)
	if h.chance(5) {
		return // it was forgotten: that is how work becomes overdue
	}
	at = at.Add(h.between(2*time.Minute, 35*time.Minute))
	h.at(at, func(ctx context.Context) error {
		_, err := h.store.Accept(ctx, l.by, l.id)
		return err
	})
	slow := 1 + h.random.ExpFloat64()*2
	if l.official.BodyName == demoHousing {
		slow *= 1.7
	}
	at = working(at.Add(time.Duration(slow * float64(h.between(15*time.Minute, 100*time.Minute)))))
	if h.answer(l, at) {
		h.close(l, working(at.Add(h.between(2*time.Hour, 30*time.Hour))))
	}
}

// working is the first moment of a working day from at on.
func working(at time.Time) time.Time {
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	minutes := time.Duration(at.Minute()) * time.Minute
	switch {
	case at.Hour() < 9:
		return day.Add(9*time.Hour + minutes)
	case at.Hour() >= 19:
		return day.AddDate(0, 0, 1).Add(9*time.Hour + minutes)
	}
	return at
}

// register is what the monitor does with a post that it found.
func (h *history) register(ctx context.Context, l *life) error {
	h.posts++
	p := storage.Post{Kind: "post", Text: l.text, State: storage.Ready, PublishReason: "not_ours", PublishedAt: h.store.Now().Add(-time.Minute)}
	switch {
	case l.own:
		l.post = h.world.wall.Post(neighbours[h.random.IntN(len(neighbours))], l.text, network.PostOptions{})
		p.Network, p.ExternalID, p.SourceName, p.CanPublish, p.PublishReason = "vk", l.post.ExternalID(), h.world.wall.ScreenName(), true, ""
		p.URL = "https://vk.com/wall" + p.ExternalID
	case h.chance(55):
		p.Network, p.ExternalID, p.SourceName = "vk", fmt.Sprintf("-9009990_%d", h.posts), "Подслушано: "+l.place
		p.URL = "https://vk.com/wall" + p.ExternalID
	case h.chance(60):
		p.Network, p.ExternalID, p.SourceName = "ok", fmt.Sprintf("9009990/%d", h.posts), l.place+" сегодня"
		p.URL = "https://ok.ru/group/9009990/topic/" + fmt.Sprint(h.posts)
	default:
		p.Network, p.ExternalID, p.SourceName = "telegram", fmt.Sprintf("zarechny_demo_chat/%d", h.posts), "Чат "+l.place
		p.URL = "https://t.me/" + p.ExternalID
	}
	importance := h.topics[l.topic].Importance
	if l.danger {
		importance = storage.Danger
	}
	saved, err := h.store.SavePosts(ctx, nil, []storage.Found{{Post: p, Matches: []storage.Match{{
		Region: h.region, Topic: h.topics[l.topic].ID, Place: h.places[l.place], Importance: importance,
	}}}})
	if err != nil {
		return err
	}
	if len(saved[0].Incidents) != 1 {
		return fmt.Errorf("a post became %d incidents", len(saved[0].Incidents))
	}
	l.id = saved[0].Incidents[0]
	if l.own {
		return nil
	}
	// It stands in none of the demo's networks: whoever looks again would miss it.
	return h.store.PostsChecked(ctx, []int64{saved[0].Post}, h.store.Now().AddDate(1, 0, 0))
}

// assign hands the incident to its official, now and then by way of the wrong
// one, who returns it; it returns when he has it.
func (h *history) assign(l *life, at time.Time) time.Time {
	other := h.officials[demoTransport]
	if other.ID == l.official.ID {
		other = h.officials[demoHousing]
	}
	wrong := storage.Actor{Kind: storage.AsOfficial, Person: other.Person}
	to := func(o storage.Official) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := h.store.Assign(ctx, h.by(), l.id, o.ID)
			return err
		}
	}
	returned, again := at.Add(h.between(4*time.Minute, 25*time.Minute)), at.Add(h.between(26*time.Minute, 44*time.Minute))
	if h.chance(8) && !again.After(h.end) {
		h.at(at, to(other))
		h.at(returned, func(ctx context.Context) error {
			_, err := h.store.Return(ctx, wrong, l.id, "other_body", l.official.Body, "")
			return err
		})
		at = again
	}
	h.at(at, to(l.official))
	return at
}

// answer lets the official answer and publish; it tells whether that has
// happened by now.
func (h *history) answer(l *life, at time.Time) bool {
	text := h.answers[h.random.IntN(len(h.answers))]
	published := at.Add(h.between(2*time.Minute, 9*time.Minute))
	h.at(at, func(ctx context.Context) error {
		h.drafts++
		// No message of the past stands in a chat: ids that the sandbox never reaches.
		_, err := h.store.SaveDraft(ctx, l.by, l.id, storage.DraftPart{Chat: l.official.Chat, Telegram: 1_000_000_000 + h.drafts, Text: text})
		return err
	})
	return h.at(published, func(ctx context.Context) error { return h.publish(ctx, l) })
}

func (h *history) publish(ctx context.Context, l *life) error {
	a, err := h.store.Answer(ctx, l.id)
	if err != nil {
		return err
	}
	if _, err := h.store.Publish(ctx, l.by, l.id, a.Version, 0); err != nil {
		return err
	}
	if !l.own {
		_, err := h.store.PublishedByHand(ctx, l.by, l.id, storage.ByHandProof{URL: fmt.Sprintf("https://vk.com/wall-9009990_%d?reply=%d", l.id, l.id+1), Checked: true})
		return err
	}
	p, err := h.store.TakePublication(ctx)
	if err != nil {
		return err
	}
	c := l.post.Comment("", a.Text)
	return h.store.PublishedAs(ctx, p.ID, c.ExternalID(), "https://vk.com/wall"+l.post.ExternalID())
}

// close ends an answered incident; now and then it comes back once.
func (h *history) close(l *life, at time.Time) {
	if h.chance(12) {
		return // it closes by itself after its quiet days
	}
	closed := h.at(at, func(ctx context.Context) error {
		_, err := h.store.CloseIncident(ctx, l.by, l.id)
		return err
	})
	at = at.Add(h.between(time.Hour, 9*time.Hour))
	if !closed || l.own || !h.chance(6) {
		return
	}
	back := h.at(at, func(ctx context.Context) error {
		_, err := h.store.Reopen(ctx, h.by(), l.id, "Житель пишет, что ничего не сделано.")
		return err
	})
	at = working(at.Add(h.between(40*time.Minute, 5*time.Hour)))
	if back && h.answer(l, at) {
		h.at(working(at.Add(h.between(2*time.Hour, 20*time.Hour))), func(ctx context.Context) error {
			_, err := h.store.CloseIncident(ctx, l.by, l.id)
			return err
		})
	}
}
