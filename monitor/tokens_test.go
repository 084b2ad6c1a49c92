package monitor

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/storage"
)

// probed is a fake network with two tokens, which it tries one after the other.
type probed struct {
	*fake
	mu    sync.Mutex
	dead  map[int]bool
	fails func(AuthLost, time.Time)
}

const probedKey = "OTKLIK_TEST_TOKEN"

func (p *probed) kill(dead ...int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = map[int]bool{}
	for _, n := range dead {
		p.dead[n] = true
	}
}

func (p *probed) Fetch(ctx context.Context, s storage.Source) (Page, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := 1; n <= 2; n++ {
		if !p.dead[n] {
			return p.fake.Fetch(ctx, s)
		}
		p.fails(AuthLost{Key: probedKey, Number: n}, time.Time{})
	}
	return Page{}, fmt.Errorf("read: %w", AuthLost{Key: probedKey, Number: 2})
}

func (p *probed) Probe(context.Context) []Capability {
	p.mu.Lock()
	defer p.mu.Unlock()
	var caps []Capability
	for n := 1; n <= 2; n++ {
		c := Capability{Key: probedKey, Number: n, What: "read"}
		if p.dead[n] {
			c.Err = AuthLost{Key: probedKey, Number: n}
		}
		caps = append(caps, c)
	}
	return caps
}

func (p *probed) monitor(t *testing.T, store *storage.Store) *Monitor {
	t.Helper()
	m := watching(t, store, Config{}, p.fake)
	p.fails = func(e AuthLost, until time.Time) { m.tokens.fail("fake", e, until) }
	m.list[0].network = p
	return m
}

func troubles(t *testing.T, store *storage.Store) string {
	t.Helper()
	list, err := store.TokenTroubles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, x := range list {
		out = append(out, fmt.Sprintf("%s %d %s cured=%v", x.Key, x.Number, x.Cause, !x.Cured.IsZero()))
	}
	return strings.Join(out, "; ")
}

// TestDeadTokenStopsAlone: what one token cannot read another one does, and the
// trouble stands in the database until the token works again.
func TestDeadTokenStopsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p := open(t), &probed{fake: newFake("fake")}
		region := addRegion(t, store, "Край")
		id := addSource(t, store, region, "fake", "town")
		p.kill(1)
		m := p.monitor(t, store)
		stop := run(t, m)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if got := troubles(t, store); got != probedKey+" 1 refused cured=false" {
			t.Errorf("one dead token: %s", got)
		}
		if s := source(t, store, id); s.Trouble != "" || s.LastReadAt.IsZero() {
			t.Errorf("the source is %+v", s)
		}
		p.kill(1, 2)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := troubles(t, store); got != probedKey+" 1 refused cured=false; "+probedKey+" 2 refused cured=false" {
			t.Errorf("two dead tokens: %s", got)
		}
		if s := source(t, store, id); s.Trouble != troubleToken {
			t.Errorf("the source's trouble is %q", s.Trouble)
		}
		list, err := store.TokenTroubles(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			if err := store.TokenTold(t.Context(), x); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		// The first was renewed; the second still is what it was.
		p.kill(2)
		stop = run(t, p.monitor(t, store))
		time.Sleep(time.Second)
		synctest.Wait()
		if got := troubles(t, store); got != probedKey+" 1 refused cured=true; "+probedKey+" 2 refused cured=false" {
			t.Errorf("after a renewal: %s", got)
		}
		// It works again by itself: the network had a bad day.
		p.kill()
		time.Sleep(tokenLook + time.Minute)
		synctest.Wait()
		if got := troubles(t, store); !strings.HasSuffix(got, probedKey+" 2 refused cured=true") {
			t.Errorf("after a bad day: %s", got)
		}
		stop()
	})
}

// TestTokenTroubleThatPasses has an end of its own; and a token that left the
// settings is forgotten.
func TestTokenTroubleThatPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p := open(t), &probed{fake: newFake("fake")}
		m := p.monitor(t, store)
		stop := run(t, m)
		defer stop()
		time.Sleep(time.Second)
		synctest.Wait()
		m.tokens.fail("fake", AuthLost{Key: probedKey, Number: 1, Cause: causeCaptcha}, time.Now().Add(time.Hour))
		m.tokens.fail("fake", AuthLost{Key: probedKey, Number: 3}, time.Time{})
		m.tokens.fail("gone", AuthLost{Key: "OTKLIK_GONE_TOKEN"}, time.Time{})
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := troubles(t, store); strings.Count(got, "cured=false") != 3 {
			t.Fatalf("noted are: %s", got)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := troubles(t, store); got != probedKey+" 1 captcha cured=false" {
			t.Errorf("within its hour: %s", got)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := troubles(t, store); got != "" {
			t.Errorf("after its hour: %s", got)
		}
	})
}

// TestVKTellsOfItsTokens: what a person has to cure is told, a used-up quota is not.
func TestVKTellsOfItsTokens(t *testing.T) {
	token := newVKToken("x", vkKeyToken, 2, 1)
	var told []string
	token.fails = func(e AuthLost, until time.Time) {
		told = append(told, fmt.Sprintf("%s %d %q passes=%v", e.Key, e.Number, e.Cause, !until.IsZero()))
	}
	for _, code := range []int{vkFlood, vkQuota, vkTooMany, vkNeedsCaptcha, 3301, vkAuth} {
		_ = token.learn(&vkError{Method: "wall.get", Code: code})
	}
	captcha := vkKeyToken + ` 2 "captcha" passes=true`
	if diff := cmp.Diff([]string{captcha, captcha, vkKeyToken + ` 2 "" passes=false`}, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
