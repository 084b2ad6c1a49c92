package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	telegram "otklik/bot/sandbox"
	"otklik/storage"
)

// killed is a daemon that is killed again and again, and everything around it
// that lives on: Telegram, people, and a source that posts to the intake.
type killed struct {
	t        testing.TB
	database string
	probe    string
	line     *line
	telegram *telegram.Server
	served   *httptest.Server
	offices  []*office
	now      atomic.Pointer[process]
	round    int
	copy     map[string][]byte
	posting  chan struct{} // told when lines are on their way
	end      context.CancelFunc
	working  sync.WaitGroup

	calls   []telegram.Call // the journal of Telegram
	lastAct atomic.Int64    // when anybody last did something, Unix ns
	acted   atomic.Int64
	counted int64
	pausing atomic.Bool // nothing new comes

	mu    sync.Mutex
	lines []*postLine
}

// office is one region: a group with an administrator, and an official.
type office struct {
	id              int64
	place           string
	group           *telegram.Chat
	admin, official *telegram.Person

	mu   sync.Mutex
	acts map[act]*telegram.Press // nil for what was written
	said map[int64]string        // answers, by incident
}

// act is what a person did about an incident, once.
type act struct {
	what     string
	incident int64
}

// postLine is a line of the intake, and the regions that it concerns.
type postLine struct {
	url, text string
	regions   []int64
	accepted  bool // the intake said so
}

var killPlaces = []string{
	"Заречный", "Нагорный", "Берёзовка", "Сосновка", "Каменка", "Ольховка", "Липовка", "Дубрава",
	"Рябиновка", "Калиновка", "Малиновка", "Успенка", "Покровка", "Троицкое", "Озерки", "Ключи",
}

// killPlace is the n-th of as many places as a test needs.
func killPlace(n int) string {
	if n < len(killPlaces) {
		return killPlaces[n]
	}
	letters := []rune("бвгджзклмнпрстфхцчшщ")
	n -= len(killPlaces)
	return "Ве" + string(letters[n%20]) + "а" + string(letters[n/20%20]) + "инск"
}

const killToken = "intake-of-the-test"

func newKilled(t testing.TB, regions int, probe string) *killed {
	t.Helper()
	k := &killed{t: t, database: filepath.Join(t.TempDir(), "otklik.db"), probe: probe, posting: make(chan struct{}, 1)}
	k.telegram = telegram.New(telegram.Options{})
	k.line = &line{to: k.telegram, sent: make(chan struct{}, 1), given: make(chan struct{}, 1)}
	k.served = httptest.NewServer(k.line)
	t.Cleanup(func() {
		if k.end != nil {
			k.end()
			k.working.Wait()
		}
		if p := k.now.Load(); p != nil {
			p.kill() // its long poll would hold the server
		}
		k.served.CloseClientConnections()
		k.served.Close()
		k.telegram.Close()
	})
	store, err := storage.Open(t.Context(), k.database)
	if err != nil {
		t.Fatal(err)
	}
	for n := range regions {
		o, err := k.office(t.Context(), store, n)
		if err != nil {
			t.Fatal(err)
		}
		k.offices = append(k.offices, o)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return k
}

// office makes a region with its people; every second group is a supergroup.
func (k *killed) office(ctx context.Context, store *storage.Store, n int) (*office, error) {
	o := &office{place: killPlace(n), acts: map[act]*telegram.Press{}, said: map[int64]string{}}
	o.admin = k.telegram.Person(fmt.Sprintf("Анна Первая%d", n), "ru")
	o.official = k.telegram.Person(fmt.Sprintf("Олег Второй%d", n), "ru")
	kind := storage.Group
	if o.group = k.telegram.Group(o.place, o.admin); n%2 == 1 {
		kind, o.group = storage.Supergroup, k.telegram.Supergroup(o.place, o.admin)
	}
	o.group.AddBot(o.admin)
	o.official.Start("")
	admin, err := meet(ctx, store, o.admin, false)
	if err != nil {
		return nil, err
	}
	owner := storage.Actor{Kind: storage.Owner, Person: admin.ID}
	by := storage.Actor{Kind: storage.Administrator, Person: admin.ID}
	topics := []storage.NewTopic{{Code: "roads", Name: "Дороги", Importance: storage.Normal, Rules: []string{"яма"}}}
	if o.id, err = store.CreateRegion(ctx, owner, o.place, "UTC", "ru", topics); err != nil {
		return nil, err
	}
	group, err := store.MeetChat(ctx, o.group.ID(), kind, o.place, int64(o.group.Last().ID))
	if err != nil {
		return nil, err
	}
	if err := store.BindGroup(ctx, owner, o.id, group.ID, false); err != nil {
		return nil, err
	}
	if _, _, err := store.ChangePlaces(ctx, by, o.id, []string{o.place}, nil); err != nil {
		return nil, err
	}
	return o, o.employ(ctx, store, by, group.ID)
}

// employ makes the official one to whom everything goes.
func (o *office) employ(ctx context.Context, store *storage.Store, by storage.Actor, group int64) error {
	p, err := meet(ctx, store, o.official, true)
	if err != nil {
		return err
	}
	token := "invite-" + o.place
	if err := store.CreateInvite(ctx, by, o.id, group, storage.OfficialRole, "Минтранс", token); err != nil {
		return err
	}
	role, err := store.Join(ctx, token, p.ID)
	if err != nil {
		return err
	}
	topics, err := store.Topics(ctx, o.id)
	if err != nil {
		return err
	}
	return store.SetRoute(ctx, by, o.id, topics[0].ID, 0, role.ID)
}

func (k *killed) env() map[string]string {
	return map[string]string{
		"OTKLIK_BOT_TOKEN": k.telegram.Token(), "OTKLIK_OWNERS": fmt.Sprint(k.offices[0].admin.ID()), "OTKLIK_DATABASE": k.database,
		"OTKLIK_TELEGRAM_URL": k.served.URL, "OTKLIK_LISTEN": "127.0.0.1:0", "OTKLIK_INTAKE_TOKEN": killToken,
		"OTKLIK_GROUP_RATE": "1000", "OTKLIK_HOLD": "0s", "OTKLIK_PROBE": k.probe,
	}
}

// line is the way to Telegram: it takes a while there and a while back, so that
// a kill can fall between the two.
type line struct {
	to          http.Handler
	sent, given chan struct{} // told when a message stands and when updates are given
}

func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	method := path.Base(r.URL.Path)
	if method == "getUpdates" {
		l.to.ServeHTTP(answer, r)
		if answer.Body.Len() > 100 {
			notice(l.given)
		}
	} else {
		wander()
		l.to.ServeHTTP(answer, r)
		if strings.HasPrefix(method, "send") {
			notice(l.sent)
		}
		wander()
	}
	for key, values := range answer.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // whoever asked may be dead
}

// wander is the time that a call needs for one way.
func wander() { time.Sleep(time.Duration(rand.Int64N(int64(15 * time.Millisecond)))) }

func notice(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// people sets everybody to work until the test ends.
func (k *killed) people() {
	ctx, cancel := context.WithCancel(context.Background())
	k.end = cancel
	for _, o := range k.offices {
		k.working.Go(func() { k.work(ctx, o) })
	}
	k.working.Go(func() { k.post(ctx) })
}

// post sends lines to the intake, each batch until the intake says that it took
// it: what the source has to do, too.
func (k *killed) post(ctx context.Context) {
	for number := 0; ctx.Err() == nil; {
		if k.pausing.Load() {
			idle(ctx, 50*time.Millisecond)
			continue
		}
		var batch []*postLine
		for range 1 + rand.IntN(3) {
			number++
			batch = append(batch, k.complaint(number))
		}
		k.mu.Lock()
		k.lines = append(k.lines, batch...)
		k.mu.Unlock()
		for !k.deliver(ctx, batch) {
			if !idle(ctx, 10*time.Millisecond) {
				return
			}
		}
		idle(ctx, time.Duration(300+rand.IntN(300))*time.Millisecond)
	}
}

// complaint is a line about one region, now and then about two or none.
func (k *killed) complaint(number int) *postLine {
	l := &postLine{url: fmt.Sprintf("https://example.org/post/%d", number)}
	about := []*office{k.offices[rand.IntN(len(k.offices))]}
	switch number % 6 {
	case 0:
		if other := k.offices[rand.IntN(len(k.offices))]; other != about[0] {
			about = append(about, other)
		}
	case 1:
		l.text = fmt.Sprintf("Сегодня хорошая погода, день %d", number)
		return l
	}
	l.text = fmt.Sprintf("Яма на дороге, дом %d, третий день никто не едет:", number)
	for _, o := range about {
		l.text += " " + o.place
		l.regions = append(l.regions, o.id)
	}
	slices.Sort(l.regions)
	return l
}

// deliver posts a batch once; it is taken when the intake answers 200.
func (k *killed) deliver(ctx context.Context, batch []*postLine) bool {
	p := k.now.Load()
	if p == nil || p.address() == "" {
		return false
	}
	var body bytes.Buffer
	for _, l := range batch {
		if err := json.NewEncoder(&body).Encode(map[string]string{"url": l.url, "text": l.text}); err != nil {
			k.t.Error(err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address()+"/intake", &body)
	if err != nil {
		k.t.Error(err)
		return false
	}
	req.Header.Set("Authorization", "Bearer "+killToken)
	notice(k.posting)
	c := http.Client{Timeout: 5 * time.Second}
	resp, err := c.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range batch {
		l.accepted = true
	}
	k.did()
	return true
}

// did notes that somebody did something.
func (k *killed) did() {
	k.acted.Add(1)
	k.lastAct.Store(time.Now().UnixNano())
}

// newActs says how much was done since it was last asked.
func (k *killed) newActs() int64 {
	now := k.acted.Load()
	n := now - k.counted
	k.counted = now
	return n
}

// idle waits; false means that the test ends.
func idle(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
