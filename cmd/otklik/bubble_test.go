package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"otklik/bot"
	telegram "otklik/bot/sandbox"
	"otklik/monitor"
	"otklik/storage"
)

// bubble is the whole daemon without sockets, on fake time.
type bubble struct {
	*testing.T
	telegram *telegram.Server
	offices  []*office
	store    *storage.Store
	intake   http.Handler
	log      *output
	path     string // of the database
	stop     func() // ends bot and monitor
}

// inBubble runs a test beside a daemon with some regions that have been idle
// for a while.
func inBubble(t *testing.T, regions int, test func(*bubble)) {
	t.Helper()
	for key := range rightSettings(t, "") {
		t.Setenv(key, "") // of whoever runs the test
	}
	path := filepath.Join(t.TempDir(), "otklik.db")
	synctest.Test(t, func(t *testing.T) {
		b := &bubble{T: t, telegram: telegram.New(telegram.Options{Limits: telegram.UsualLimits}), log: &output{}, path: path}
		defer b.telegram.Close()
		var err error
		if b.store, err = storage.Open(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := b.store.Close(); err != nil {
				t.Error(err)
			}
		}()
		k := &killed{t: t, telegram: b.telegram}
		for n := range regions {
			o, err := k.office(t.Context(), b.store, n)
			if err != nil {
				t.Fatal(err)
			}
			b.offices = append(b.offices, o)
		}
		b.stop = b.run()
		defer func() { b.stop() }()
		b.rest(5 * time.Minute)
		test(b)
	})
}

// run starts bot and monitor; the result ends them.
func (b *bubble) run() (stop func()) {
	log := zerolog.New(b.log).Level(zerolog.WarnLevel)
	m, err := monitor.New(b.store, monitor.Config{IntakeToken: killToken, Recent: 1000, AllowPrivate: true}, log)
	if err != nil {
		b.Fatal(err)
	}
	x, err := bot.New(b.store, bot.Config{
		Token: b.telegram.Token(), Owners: []int64{b.offices[0].admin.ID()}, URL: telegram.URL, Client: b.telegram.Client(), Language: "ru", Probe: true,
	}, log)
	if err != nil {
		b.Fatal(err)
	}
	b.intake = m.Intake()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- x.Run(ctx) }()
	go func() { ended <- m.Run(ctx) }()
	return func() {
		cancel()
		if err := errors.Join(<-ended, <-ended); err != nil {
			b.Error(err)
		}
		if b.Failed() {
			b.Log(b.log)
		}
	}
}

// rest lets time pass and everything that is due happen.
func (b *bubble) rest(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// result is what the intake says of a line.
type result struct {
	Line      int
	Status    string
	Incidents []int64
	Reason    string
}

// post gives lines to the intake and returns what became of them.
func (b *bubble) post(body []byte) []result {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/intake", bytes.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+killToken)
	w := httptest.NewRecorder()
	b.intake.ServeHTTP(w, r)
	var a struct{ Results []result }
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusOK {
		b.Fatalf("the intake answers %d %.300s (%v)", w.Code, w.Body, err)
	}
	return a.Results
}
