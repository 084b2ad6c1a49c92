package monitor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"otklik/storage"
)

// Codes of the reasons why a person has to publish.
const (
	reasonNoToken      = "no_token"      // the network is not set up here
	reasonNotSupported = "not_supported" // answers are never published there by us
	reasonForbidden    = "forbidden"
	reasonToken        = "token"
	reasonSetting      = "setting"
	reasonLimited      = "limited" // for too long to wait
	reasonTrouble      = "trouble" // tried too often
	reasonGone         = "gone"    // the post does not exist any more
	reasonFlood        = "flood"   // the network had enough of this answer
	reasonDuplicate    = "duplicate"
)

const (
	publishTime  = 60 * time.Second
	farewell     = 6 * time.Second // for what is being published when the daemon is told to end
	atOnce       = 4               // publications under way
	maxWait      = 2 * time.Hour   // for a limit to pass, before a person is asked
	maxAttempts  = 8
	maxLookups   = 5                // for an answer whose fate nobody knows
	lookSoon     = 2 * time.Second  // after an answer was lost
	clockSkew    = 5 * time.Minute  // between us and a network
	publishPause = time.Second      // between two answers in one network
	moment       = 10 * time.Second // a pause up to that is the pace of calls, a longer one says that it is enough
	askTime      = 10 * time.Second // for the question whether a post still stands
)

// publisher posts answers.
type publisher struct {
	m     *Monitor
	wg    sync.WaitGroup
	slots chan struct{}

	mu     sync.Mutex
	paces  map[string]*rate.Limiter
	doubts []doubt
}

func newPublisher(m *Monitor, interrupted []storage.Publication) *publisher {
	p := &publisher{m: m, slots: make(chan struct{}, atOnce), paces: map[string]*rate.Limiter{}}
	for _, i := range interrupted {
		p.doubts = append(p.doubts, doubt{publication: i})
	}
	return p
}

func (p *publisher) wait() { p.wg.Wait() }

// step settles doubts that are due and starts what is due; it returns when the
// next is.
func (p *publisher) step(ctx context.Context) (time.Time, error) {
	next, err := p.settleDoubts(ctx)
	if err != nil {
		return next, err
	}
	for {
		select {
		case p.slots <- struct{}{}:
		case <-ctx.Done():
			return next, ctx.Err()
		}
		b, err := p.m.store.TakePublication(ctx)
		if err != nil {
			<-p.slots
			if !errors.Is(err, storage.ErrNotFound) {
				return next, fmt.Errorf("take a publication: %w", err)
			}
			break
		}
		p.wg.Go(func() {
			defer func() { <-p.slots }()
			p.carryOut(ctx, b)
		})
	}
	planned, err := p.m.store.NextPublication(ctx)
	if err != nil {
		return next, fmt.Errorf("when is the next publication: %w", err)
	}
	return sooner(next, planned), nil
}

// sooner is the earlier of two times of which zero means never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// lasting is a context that outlives ctx by the farewell: an answer that is on
// its way is better ended than looked up later.
func lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	long, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(farewell, cancel) })
	return long, func() { stop(); cancel() }
}

// carryOut publishes one answer and stores what came of it. What cannot be
// stored is a doubt: it is looked up before anything else is done.
func (p *publisher) carryOut(ctx context.Context, b storage.Publication) {
	long, cancel := lasting(ctx)
	defer cancel()
	if err := p.turn(ctx, b); err != nil {
		if err := p.m.store.PublishLater(long, b.ID, p.m.store.Now()); err != nil {
			p.m.log.Error().Err(err).Int64("publication", b.ID).Msg("cannot put an answer back")
		}
		return
	}
	_, err := guarded(long, func(ctx context.Context) (struct{}, error) { return struct{}{}, p.publish(ctx, b) })
	if err == nil {
		return
	}
	p.m.log.Error().Err(err).Int64("publication", b.ID).Msg("an answer's fate is not known")
	d := doubt{publication: b}
	if pause(long, lookSoon) == nil {
		d = p.lookInto(long, d)
	}
	if !d.settled {
		p.doubt(d)
	}
}

// task is a publication with what is needed to carry it out.
type task struct {
	storage.Publication
	post    storage.Post
	text    string
	since   time.Time // it was not out before
	network string
	face    Publisher // nil: none can publish it, for the reason
	reason  string
}

func (p *publisher) task(ctx context.Context, b storage.Publication) (t task, err error) {
	t.Publication = b
	if t.post, err = p.m.store.Post(ctx, b.Post); err != nil {
		return t, fmt.Errorf("read post %d: %w", b.Post, err)
	}
	answer, err := p.m.store.Answer(ctx, b.Incident)
	if err != nil {
		return t, fmt.Errorf("read the answer of incident %d: %w", b.Incident, err)
	}
	if answer.ID != b.Answer {
		return t, fmt.Errorf("answer %d of incident %d was replaced by %d", b.Answer, b.Incident, answer.ID)
	}
	t.text, t.since, t.network = answer.Text, answer.FrozenAt.Add(-clockSkew), t.post.Network
	n := p.m.byName[t.network]
	switch {
	case n == nil:
		t.reason = reasonNotSupported
	case n.network == nil:
		t.reason = reasonNoToken
	default:
		var ok bool
		if t.face, ok = n.network.(Publisher); !ok {
			t.reason = reasonNotSupported
		}
	}
	return t, nil
}

// publish carries one publication out. An error means that its fate is unknown
// or could not be stored.
func (p *publisher) publish(ctx context.Context, b storage.Publication) error {
	t, err := p.task(ctx, b)
	if err != nil {
		return err
	}
	if t.face == nil {
		return p.m.store.PublishByHand(ctx, b.ID, t.reason)
	}
	if t.post.State == storage.Deleted {
		return p.m.store.PublishImpossible(ctx, b.ID, reasonGone)
	}
	if b.Attempts > 1 {
		// Whatever the attempt before thought of itself.
		stands, err := p.look(ctx, t)
		if errors.As(err, new(HandedOver)) {
			return nil
		}
		if err != nil {
			// It cannot have gone out by this attempt, and of an earlier one every doubt was settled.
			return p.refused(ctx, t, err)
		}
		if stands {
			return nil
		}
	}
	// Asked anew: a token may have come or gone since the post was found.
	if ok, reason := t.face.CanPublish(t.post); !ok {
		return p.m.store.PublishByHand(ctx, b.ID, reason)
	}
	if p.gone(ctx, t) {
		return errors.Join(p.m.store.PublishImpossible(ctx, b.ID, reasonGone), p.m.store.PostGone(ctx, b.Post))
	}
	photos, err := p.photos(ctx, t)
	if err != nil {
		return err
	}
	id, url, err := p.send(ctx, t, photos)
	if errors.As(err, new(PhotosRefused)) {
		p.m.log.Warn().Err(err).Int64("publication", b.ID).Msg("an answer goes out without its photos")
		if err := p.m.store.SendPhotos(ctx, b.ID, 0); err != nil {
			return err
		}
		id, url, err = p.send(ctx, t, nil)
	}
	switch {
	case err == nil:
		return p.m.store.PublishedAs(ctx, b.ID, id, url)
	case errors.As(err, new(HandedOver)):
		return nil
	case !certain(err):
		return fmt.Errorf("publish under post %d: %w", b.Post, err)
	}
	reason, stop, e := p.enough(ctx, t, err)
	switch {
	case e != nil:
		return e
	case stop:
		p.m.log.Warn().Err(err).Int64("publication", b.ID).Msg("a network has had enough of an answer: the rest is left to its official")
		return p.m.store.StopFanOut(ctx, b.ID, reason)
	}
	return p.refused(ctx, t, err)
}

// send makes one attempt.
func (p *publisher) send(ctx context.Context, t task, photos []Photo) (id, url string, err error) {
	type place struct{ id, url string }
	at, err := call(p.m, ctx, t.network, "publish", func(ctx context.Context) (place, error) {
		ctx, cancel := context.WithTimeout(ctx, publishTime)
		defer cancel()
		id, url, err := t.face.Publish(ctx, t.post, Answer{Text: t.text, Key: t.Key, Photos: photos})
		return place{id, url}, err
	})
	return at.id, at.url, err
}

// look looks for the answer in its network, and notes it when it stands there.
func (p *publisher) look(ctx context.Context, t task) (stands bool, err error) {
	type place struct {
		id, url string
		found   bool
	}
	at, err := call(p.m, ctx, t.network, "find", func(ctx context.Context) (place, error) {
		ctx, cancel := context.WithTimeout(ctx, publishTime)
		defer cancel()
		id, url, found, err := t.face.FindPublished(ctx, t.post, t.text, t.since)
		return place{id, url, found}, err
	})
	if err != nil || !at.found {
		return false, err
	}
	return true, p.m.store.PublishedAs(ctx, t.ID, at.id, at.url)
}

// certain says that an error is of a kind that tells that nothing went out.
func certain(err error) bool {
	var retry Retry
	var cannot CannotPublish
	return errors.As(err, &retry) || errors.As(err, &cannot) || troubleCode(err) != troubleNetwork
}

// refused stores what comes of an attempt that certainly published nothing.
func (p *publisher) refused(ctx context.Context, t task, err error) error {
	store, now := p.m.store, p.m.store.Now()
	var cannot CannotPublish
	var limited Limited
	var retry Retry
	switch {
	case errors.As(err, &cannot):
		return store.PublishByHand(ctx, t.ID, cannot.Reason)
	case errors.As(err, &limited):
		if limited.Until.Sub(now) > maxWait {
			return store.PublishByHand(ctx, t.ID, reasonLimited)
		}
	case troubleCode(err) == troubleGone:
		return errors.Join(store.PublishImpossible(ctx, t.ID, reasonGone), store.PostGone(ctx, t.Post))
	case troubleCode(err) == troubleToken:
		p.m.log.Error().Err(err).Msg("answers are published by hand until the token is renewed")
		return store.PublishByHand(ctx, t.ID, reasonToken)
	case troubleCode(err) == troubleForbidden:
		return store.PublishByHand(ctx, t.ID, reasonForbidden)
	case troubleCode(err) == troubleSetting:
		return store.PublishByHand(ctx, t.ID, reasonSetting)
	}
	if t.Attempts >= maxAttempts {
		return store.PublishByHand(ctx, t.ID, reasonTrouble)
	}
	errors.As(err, &retry)
	until := later(now.Add(max(retry.After, backoff(2*time.Second, 10*time.Minute, t.Attempts))), limited.Until)
	return store.PublishLater(ctx, t.ID, until)
}
