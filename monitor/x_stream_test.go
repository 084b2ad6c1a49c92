package monitor

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/sandbox"
	"otklik/storage"
)

// xFlow is a stream that is held in a test.
type xFlow struct {
	*xBench
	told []string
	done chan error
	end  context.CancelFunc
}

// flow lets the connector stream the given searches.
func (b *xBench) flow(queries ...string) *xFlow {
	b.Helper()
	if b.network.stream == nil {
		b.network.stream = newXStreaming(b.network.client)
	}
	if got := b.network.Streams(b.searches(queries...)); !slices.Equal(got, []string{xStreamName}) {
		b.Fatalf("streams %v", got)
	}
	ctx, end := context.WithCancel(b.Context())
	f := &xFlow{xBench: b, done: make(chan error, 1), end: end}
	go func() {
		f.done <- b.network.Stream(ctx, xStreamName, "", func(items []Item, _ string) error {
			for _, item := range items {
				f.told = append(f.told, item.Text)
			}
			return nil
		})
	}()
	synctest.Wait()
	return f
}

func (b *xBench) searches(queries ...string) (out []storage.Source) {
	for _, q := range queries {
		out = append(out, storage.Source{Network: "x", Kind: xKindSearch, Address: q})
	}
	return append(out, storage.Source{Network: "x", Kind: xKindCommunity, Address: "gazeta"})
}

// ended waits for the end of the stream and returns what it said.
func (f *xFlow) ended() error {
	f.Helper()
	select {
	case err := <-f.done:
		return err
	case <-time.After(time.Hour):
		f.Fatal("the stream does not end")
		return nil
	}
}

func TestXStreamTellsAtOnceAndKeepsItsRules(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		resident := b.x.Account("resident_1")
		f := b.flow("заречный lang:ru", "нагорный lang:ru")
		time.Sleep(10 * time.Minute) // heartbeats hold it
		resident.Post("Заречный без воды", sandbox.XPostOptions{})
		resident.Post("Дальний без воды", sandbox.XPostOptions{})
		synctest.Wait()
		b.network.Streams(b.searches("дальний lang:ru", "нагорный lang:ru"))
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"нагорный lang:ru", "дальний lang:ru"}, b.x.StreamRules()); diff != "" {
			t.Errorf("rules (-want +got):\n%s", diff)
		}
		resident.Post("Дальний, всё ещё", sandbox.XPostOptions{})
		resident.Post("Заречный, всё ещё", sandbox.XPostOptions{})
		synctest.Wait()
		if diff := cmp.Diff([]string{"Заречный без воды", "Дальний, всё ещё"}, f.told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		f.end()
		if err := f.ended(); !errors.Is(err, context.Canceled) {
			t.Errorf("ended by %v", err)
		}
		synctest.Wait()
		if n := b.x.Streaming(); n != 0 {
			t.Errorf("%d connections stay open", n)
		}
		if got := b.network.Streams(b.searches()); got != nil {
			t.Errorf("without searches: %v", got)
		}
	})
}

func TestXStreamSaysThatItMissedSomething(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		f := b.flow("заречный lang:ru")
		b.x.BreakStreams()
		if err := f.ended(); !errors.As(err, new(Missed)) {
			t.Errorf("broken: %v", err)
		}
		f = b.flow("заречный lang:ru")
		b.x.SilenceStreams()
		began := time.Now()
		if err := f.ended(); !errors.As(err, new(Missed)) || time.Since(began) > 45*time.Second {
			t.Errorf("silent: %v after %s", err, time.Since(began))
		}
	})
}

func TestXStreamComesBackByTheStepsOfTheNetwork(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		f := b.flow("заречный lang:ru")
		rest := func(f *xFlow) time.Duration {
			var limited Limited
			if err := f.ended(); !errors.As(err, &limited) {
				t.Fatalf("ended by %v", err)
			}
			return time.Until(limited.Until)
		}
		for _, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 320 * time.Second, 320 * time.Second} {
			if got := rest(b.flow("заречный lang:ru")); got != want { // the other connection is still there
				t.Errorf("pause %s, want %s", got, want)
			}
		}
		f.end()
		synctest.Wait()
		b.flow("заречный lang:ru").end()
		b.x.AddFault(sandbox.Fault{Method: "stream", Text: "unavailable"})
		if got := rest(b.flow("заречный lang:ru")); got != 5*time.Second {
			t.Errorf("pause %s", got)
		}
		b.x.AddFault(sandbox.Fault{Method: "stream", Text: "token"})
		if err := b.flow("заречный lang:ru").ended(); !errors.As(err, new(AuthLost)) {
			t.Errorf("ended by %v", err)
		}
	})
}

func TestXStreamKeepsToTheMoney(t *testing.T) {
	inX(t, sandbox.XOptions{}, func(b *xBench) {
		b.usd = 1
		b.network = b.open()
		resident := b.x.Account("resident_1")
		f := b.flow("заречный lang:ru")
		for range 500 {
			resident.Post("Заречный без воды", sandbox.XPostOptions{})
			synctest.Wait()
		}
		var limited Limited
		if err := f.ended(); !errors.As(err, &limited) {
			t.Errorf("ended by %v", err)
		}
		if n := len(f.told); n < 50 || n > 120 {
			t.Errorf("%d posts for a dollar a day by nine o'clock", n)
		}
		again := b.flow("заречный lang:ru")
		if err := again.ended(); !errors.As(err, &limited) {
			t.Errorf("opened again: %v", err)
		}
	})
}
