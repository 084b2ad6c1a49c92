package monitor

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// watchOK makes a monitor that watches the bench's group for a region.
func (b *okBench) watchOK(log zerolog.Logger) (m *Monitor, store *storage.Store, region, source int64) {
	b.Helper()
	store = open(b.T)
	region = addRegion(b.T, store, "Край", "Заречный")
	source, err := store.AddSource(b.Context(), owner, storage.Source{Region: region, Network: "ok", Kind: okKindCommunity, URL: "https://ok.ru/podslushano", Address: "podslushano"}, 0)
	if err != nil {
		b.Fatal(err)
	}
	m, err = New(store, Config{networks: []network{{name: "ok", prefix: "OK", needs: "TOKEN", every: time.Minute, parallel: 1,
		open: func(setup) (Network, error) { return b.network, nil }}}}, log)
	if err != nil {
		b.Fatal(err)
	}
	return m, store, region, source
}

// TestOKCommentsOfOneTopicAreEachStored: their addresses lead to one topic, and
// yet none is taken for another.
func TestOKCommentsOfOneTopicAreEachStored(t *testing.T) {
	inOK(t, sandbox.OKOptions{PerSecond: 3}, func(b *okBench) {
		m, store, region, source := b.watchOK(zerolog.New(zerolog.NewTestWriter(b.T)).Level(zerolog.ErrorLevel))
		stop := run(b.T, m)
		topic := b.group.Topic("Житель", "Яма на Мира", sandbox.OKTopicOptions{})
		want := map[string]bool{topic.ExternalID(): true}
		for i := range 5 {
			time.Sleep(time.Minute)
			want[topic.Comment(fmt.Sprint("Житель ", i), fmt.Sprintf("И на Ленина, %d, во дворе яма", i)).ExternalID()] = true
		}
		b.group.Topic("", "Яму засыпали", sandbox.OKTopicOptions{})
		topic.Comment("", "Яму засыплем")
		time.Sleep(time.Hour)
		stop()
		got := map[string]bool{}
		for _, i := range incidents(b.T, store, region) {
			posts, err := store.Posts(b.Context(), i.ID)
			if err != nil {
				b.Fatal(err)
			}
			for _, p := range posts {
				got[p.ExternalID] = true
				if !strings.HasPrefix(p.URL, "https://ok.ru/group/"+b.group.ID()+"/topic/") || p.SourceName == "" && p.SourceURL == "" {
					b.Errorf("stored %+v", p)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			b.Errorf("posts of incidents (-want +got):\n%s", diff)
		}
		s, err := store.Source(b.Context(), source)
		if err != nil || s.Trouble != "" {
			b.Errorf("source %+v, %v", s, err)
		}
	})
}

// TestOKTokensStandInNoLog lets everything go wrong and reads what was logged at
// the lowest level, and what the network was asked.
func TestOKTokensStandInNoLog(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		log := &lockedBuffer{}
		m, _, _, _ := b.watchOK(zerolog.New(log).Level(zerolog.TraceLevel))
		stop := run(b.T, m)
		for _, fault := range []sandbox.Fault{{HTML502: true}, {Drop: true}, {Garbage: true}, {Null: true}, {Delay: time.Hour}, {Code: 104}, {Code: 777}, {Code: 100}, {Code: 102, Text: sandbox.DefaultOKToken}} {
			fault.Count = 3
			end := b.o.AddFault(fault)
			b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{}).Comment("Житель", "раз")
			time.Sleep(3 * time.Hour)
			end()
		}
		stop()
		log.mu.Lock()
		defer log.mu.Unlock()
		if log.b.Len() == 0 {
			b.Error("nothing was logged")
		}
		for _, secret := range []string{sandbox.DefaultOKToken, b.group.Token(), sandbox.DefaultOKApplicationSecret, "access_token", "sig="} {
			if strings.Contains(log.b.String(), secret) {
				b.Errorf("%q stands in the log", secret)
			}
		}
		for _, call := range b.o.Calls() {
			if call.TokenInURL {
				b.Fatalf("a token in the address of %s", call.Method)
			}
		}
	})
}
