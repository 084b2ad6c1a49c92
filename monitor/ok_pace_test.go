package monitor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// okCity is many groups that one token reads.
type okCity struct {
	o       *sandbox.OK
	network *ok
	end     time.Time     // nobody writes after it
	slots   chan struct{} // as many as are read at once

	mu      sync.Mutex
	written map[string]time.Time
	lags    map[string][]time.Duration // from writing to reading, by how busy the group is
}

// TestOKReadsTwoHundredGroupsWithOneToken plays an hour and a half and wants
// the pace kept and what was written read soon, in busy groups above all.
func TestOKReadsTwoHundredGroupsWithOneToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := sandbox.NewOK(sandbox.OKOptions{PerSecond: 3})
		n, err := openOK(setupOf(okSettings{
			Token: []string{sandbox.DefaultOKToken}, ApplicationKey: sandbox.DefaultOKApplicationKey, ApplicationSecret: sandbox.DefaultOKApplicationSecret, URL: "https://api.ok.ru",
		}, o.Client()))
		if err != nil {
			t.Fatal(err)
		}
		c := &okCity{o: o, network: n.(*ok), end: time.Now().Add(time.Hour), slots: make(chan struct{}, 4), written: map[string]time.Time{}, lags: map[string][]time.Duration{}}
		kinds := []struct {
			name    string
			perHour float64
		}{{"busy", 20}, {"lively", 4}, {"calm", 1}, {"quiet", 0.2}}
		var wg sync.WaitGroup
		for i := range 200 {
			g, kind := o.Group(fmt.Sprint("Группа ", i), ""), kinds[i%len(kinds)]
			wg.Go(func() { c.live(g, kind.perHour, rand.New(rand.NewPCG(uint64(i), 1))) })
			wg.Go(func() { c.watch(t, g, kind.name) })
		}
		wg.Wait()
		read := 0
		for _, kind := range kinds {
			list := c.lags[kind.name]
			slices.Sort(list)
			read += len(list)
			median, worst := list[len(list)/2], list[len(list)-1]
			t.Logf("%s groups: %d read, median after %v, all within %v", kind.name, len(list), median.Round(time.Second), worst.Round(time.Second))
			if kind.name == "busy" && median > 5*time.Minute || worst > time.Hour {
				t.Errorf("%s groups are read too late", kind.name)
			}
		}
		if read != len(c.written) {
			t.Errorf("%d were written and %d read", len(c.written), read)
		}
		for _, call := range o.Calls() {
			if call.Code != 0 {
				t.Fatalf("call %+v", call)
			}
		}
	})
}

// live lets residents write in a group: topics, and comments mostly under the
// newest.
func (c *okCity) live(g *sandbox.OKGroup, perHour float64, r *rand.Rand) {
	var topics []*sandbox.OKTopic
	for {
		time.Sleep(time.Duration(r.ExpFloat64() / perHour * float64(time.Hour)))
		if !time.Now().Before(c.end) {
			return
		}
		var id string
		if len(topics) == 0 || r.IntN(6) == 0 {
			topics = append(topics, g.Topic("Житель", "Яма", sandbox.OKTopicOptions{}))
			id = topics[len(topics)-1].ExternalID()
		} else {
			id = topics[max(0, len(topics)-1-int(r.ExpFloat64()*3))].Comment("Житель", "да").ExternalID()
		}
		c.mu.Lock()
		c.written[id] = time.Now()
		c.mu.Unlock()
	}
}

// watch reads a group as monitor does: the more often the more is written.
func (c *okCity) watch(t *testing.T, g *sandbox.OKGroup, kind string) {
	s := storage.Source{Network: "ok", Kind: okKindCommunity, Address: g.ID()}
	for last := time.Now(); time.Now().Before(c.end.Add(time.Hour)); {
		for more := true; more; {
			c.slots <- struct{}{}
			p, err := c.network.Fetch(t.Context(), s)
			<-c.slots
			if err != nil {
				t.Error(err)
				return
			}
			s.Cursor, more = p.Cursor, p.More
			c.mu.Lock()
			for _, item := range p.Items {
				if item.PublishedAt.After(last) {
					last = item.PublishedAt
				}
				c.lags[kind] = append(c.lags[kind], time.Since(c.written[item.ExternalID]))
			}
			c.mu.Unlock()
		}
		time.Sleep(min(max(time.Since(last)/10, 2*time.Minute), time.Hour))
	}
}
