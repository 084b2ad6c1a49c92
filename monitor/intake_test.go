package monitor

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/storage"
)

const intakeToken = "correct horse"

type intakeAnswer struct {
	Results []intakeResult `json:"results"`
	Error   string         `json:"error"`
}

// post gives a body to the intake as whoever has the token.
func post(t *testing.T, m *Monitor, body string, change ...func(*http.Request)) (int, intakeAnswer) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/intake", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+intakeToken)
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	m.Intake().ServeHTTP(w, r)
	var a intakeAnswer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatalf("answer %q: %v", w.Body, err)
	}
	return w.Code, a
}

func statuses(a intakeAnswer) []string {
	list := []string{}
	for _, r := range a.Results {
		list = append(list, strings.TrimSpace(fmt.Sprint(r.Line, " ", r.Status, " ", r.Reason)))
	}
	return list
}

func TestIntakeTellsWhatBecameOfEachLine(t *testing.T) {
	store := open(t)
	region, other := addRegion(t, store, "Край", "Заречный"), addRegion(t, store, "Область", "Нагорный")
	m := watching(t, store, Config{IntakeToken: intakeToken, Recent: 10}, newFake("fake"))
	id := addSource(t, store, region, "fake", "town")
	body := strings.Join([]string{
		`{"network":"vk","kind":"comment","external_id":"-1_2_3","url":"https://vk.com/wall-1_2?reply=3","text":"Яма в Заречном","published_at":"2026-11-23T09:00:00Z"}`,
		``,
		`{"url":"https://m.vk.com/wall-1_2?reply=3","text":"Яма в Заречном"}`,
		`{"network":"vk","external_id":"-1_2_3","text":"Яма в Заречном"}`,
		`{"url":"https://news.example/1","text":"Яма между Заречным и Нагорным","published_at":1795391880}`,
		`{"url":"https://news.example/2","text":"Яма неизвестно где"}`,
		`{"url":"https://news.example/3","text":"Яма","source":{"url":"https://fake.example/town","name":"Город"},"published_at":"2026-11-23"}`,
		`{"network":"fake","external_id":"55"}`,
		`{"network":"fake","external_id":77,"text":null}`,
		`[1,2]`,
		`{"text":"Яма"}`,
		`{"url":"ftp://news.example/1","text":"Яма"}`,
		`{"url":"mailto:a@b","text":"Яма"}`,
		`{"url":"https://news.example/4"}`,
		`{"url":"https://news.example/5","text":"Яма","published_at":"вчера"}`,
		`{"url":"https://news.example/6","text":{"a":1}}`,
		`{"url":"https://news.example/7","text":"` + strings.Repeat("я", 33<<10) + `"}`,
		`{"url":"https://news.example/8","text":"Яма \u0000 в Зареч` + "\xff" + `ном, Заречный"}`,
		`{"url":"https://news.example/9","text":"Яма`,
	}, "\n")
	code, a := post(t, m, body)
	want := []string{
		"1 new", "3 duplicate", "4 duplicate", "5 new", "6 unmatched", "7 new", "8 new", "9 new", "10 rejected not_an_object", "11 rejected no_id", "12 rejected scheme", "13 rejected scheme",
		"14 rejected no_text", "15 rejected date", "16 rejected field", "17 rejected text_too_long", "18 new", "19 rejected not_an_object",
	}
	if diff := cmp.Diff(want, statuses(a)); code != http.StatusOK || diff != "" {
		t.Errorf("status %d, results (-want +got):\n%s", code, diff)
	}
	if first, again := a.Results[0].Incidents, a.Results[1].Incidents; len(first) != 1 || !cmp.Equal(first, again) {
		t.Errorf("incidents %v and, as a duplicate, %v", first, again)
	}
	if n := len(a.Results[3].Incidents); n != 2 {
		t.Errorf("a post that concerns two regions made %d incidents", n)
	}
	if n, o := len(incidents(t, store, region)), len(incidents(t, store, other)); n != 4 || o != 1 {
		t.Errorf("%d and %d incidents, want 4 and 1", n, o)
	}
	if err := store.RemoveSource(t.Context(), owner, region, id); err != nil {
		t.Fatal(err)
	}
}

// TestIntakeTellsCommentsOfOneTopicApart: Одноклассники have no addresses of
// comments, so whoever tells of one names its topic.
func TestIntakeTellsCommentsOfOneTopicApart(t *testing.T) {
	store := open(t)
	region := addRegion(t, store, "Край", "Заречный")
	m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
	body := strings.Join([]string{
		`{"url":"https://ok.ru/group/55348644610059/topic/15","text":"В Заречном яма"}`,
		`{"kind":"comment","external_id":"a","url":"https://ok.ru/group/55348644610059/topic/15","text":"И в Заречном у школы яма"}`,
		`{"kind":"comment","external_id":"55348644610059/15/b","url":"https://m.ok.ru/group/55348644610059/topic/15","text":"В Заречном у почты яма"}`,
		`{"kind":"comment","external_id":"a","url":"https://ok.ru/group/55348644610059/topic/15","text":"И в Заречном у школы яма"}`,
		`{"url":"https://ok.ru/group/55348644610059/topic/15#comment=b","text":"В Заречном у почты яма"}`,
	}, "\n")
	_, a := post(t, m, body)
	if diff := cmp.Diff([]string{"1 new", "2 new", "3 new", "4 duplicate", "5 duplicate"}, statuses(a)); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	got := map[string]string{}
	for _, i := range incidents(t, store, region) {
		posts, err := store.Posts(t.Context(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range posts {
			got[p.ExternalID] = p.URL + " " + p.ParentURL
		}
	}
	topic := "https://ok.ru/group/55348644610059/topic/15"
	want := map[string]string{
		"55348644610059/15": topic + " ", "55348644610059/15/a": topic + "#comment=a " + topic, "55348644610059/15/b": topic + "#comment=b " + topic,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("posts (-want +got):\n%s", diff)
	}
}

func TestIntakeShapes(t *testing.T) {
	one := `{"url":"https://news.example/%d","text":"Яма в Заречном"}`
	a, b := fmt.Sprintf(one, 1), fmt.Sprintf(one, 2)
	for name, c := range map[string]struct {
		body string
		code int
		n    int
	}{
		"object":          {a, 200, 1},
		"pretty object":   {"{\n \"url\": \"https://news.example/1\",\n \"text\": \"Яма\"\n}\n", 200, 1},
		"array":           {"[" + a + ",\n" + b + "]", 200, 2},
		"messages":        {`{"messages":[` + a + `,` + b + `]}`, 200, 2},
		"lines":           {a + "\r\n\r\n" + b + "\n", 200, 2},
		"mark":            {"\xef\xbb\xbf" + a, 200, 1},
		"NUL":             {strings.Replace(a, "Яма", "Яма\x00", 1), 200, 1},
		"empty array":     {"[]", 200, 0},
		"nothing":         {"", 400, 0},
		"blank":           {" \n ", 400, 0},
		"words":           {"привет", 400, 0},
		"array of words":  {`["a"]`, 400, 0},
		"half an array":   {"[" + a, 400, 0},
		"number":          {"5", 400, 0},
		"as it may weigh": {a + strings.Repeat(" ", maxIntake-len(a)), 200, 1},
		"too big":         {a + strings.Repeat(" ", maxIntake), 413, 0},
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			addRegion(t, store, "Край", "Заречный")
			m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
			code, answer := post(t, m, c.body)
			if code != c.code || len(answer.Results) != c.n {
				t.Errorf("status %d, %d results, want %d, %d", code, len(answer.Results), c.code, c.n)
			}
			for i, r := range answer.Results {
				if r.Status == rejected {
					t.Errorf("result %d: %+v", i, r)
				}
			}
		})
	}
}

func zipped(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestIntakeUnpacks(t *testing.T) {
	store := open(t)
	addRegion(t, store, "Край", "Заречный")
	m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
	encoded := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Content-Encoding", name) }
	}
	if code, a := post(t, m, zipped(t, `{"url":"https://news.example/1","text":"Яма в Заречном"}`), encoded("gzip")); code != 200 || a.Results[0].Status != "new" {
		t.Errorf("gzip: %d %+v", code, a)
	}
	if code, _ := post(t, m, zipped(t, strings.Repeat(" ", maxIntake+1)), encoded("gzip")); code != http.StatusRequestEntityTooLarge {
		t.Errorf("a bomb: %d", code)
	}
	if code, _ := post(t, m, "{}", encoded("gzip")); code != http.StatusBadRequest {
		t.Errorf("no gzip: %d", code)
	}
	if code, _ := post(t, m, "{}", encoded("br")); code != http.StatusUnsupportedMediaType {
		t.Errorf("br: %d", code)
	}
}

func TestIntakeAsksForTheToken(t *testing.T) {
	store := open(t)
	m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
	bearing := func(value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", value) }
	}
	for value, want := range map[string]int{
		"": 401, "Bearer": 401, "Bearer ": 401, "Bearer wrong": 401, "Basic " + intakeToken: 401, intakeToken: 401, "bearer " + intakeToken: 200, "Bearer " + intakeToken + "x": 401,
	} {
		if code, _ := post(t, m, "[]", bearing(value)); code != want {
			t.Errorf("Authorization %q: status %d, want %d", value, code, want)
		}
	}
	if code, _ := post(t, m, "[]", func(r *http.Request) { r.Method = http.MethodGet }); code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", code)
	}
	if code, _ := post(t, m, "[]", func(r *http.Request) { r.URL.RawQuery = "map=unknown" }); code != http.StatusBadRequest {
		t.Errorf("unknown map: %d", code)
	}
	if code, _ := post(t, watching(t, store, Config{}, newFake("fake")), "[]", bearing("Bearer ")); code != http.StatusNotFound {
		t.Errorf("without an intake: %d", code)
	}
}

func TestPendingPostIsFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, f := open(t), newFake("fake")
		region := addRegion(t, store, "Край", "Заречный")
		m := watching(t, store, Config{IntakeToken: intakeToken}, f)
		stop := run(t, m)
		defer stop()
		f.postErr = Retry{}
		f.posts["1"] = Item{Post: storage.Post{Text: "Яма в Заречном", PublishedAt: time.Now()}}
		_, a := post(t, m, `[{"network":"fake","external_id":"1"},{"network":"fake","external_id":"2"}]`)
		if diff := cmp.Diff([]string{"1 new", "2 new"}, statuses(a)); diff != "" {
			t.Fatal(diff)
		}
		time.Sleep(10 * time.Second)
		f.mu.Lock()
		f.postErr = nil
		f.mu.Unlock()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := len(incidents(t, store, region)); n != 1 {
			t.Errorf("%d incidents, want 1", n)
		}
		waiting, err := store.PendingPosts(t.Context(), 10)
		if err != nil || len(waiting) != 0 {
			t.Errorf("still pending: %v, %v", waiting, err)
		}
		if p, err := store.Post(t.Context(), 2); err != nil || p.State != storage.Deleted {
			t.Errorf("the one that is gone is %s, %v", p.State, err)
		}
	})
}

func FuzzIntakeLine(f *testing.F) {
	for _, s := range []string{
		`{"network":"vk","external_id":"-1_2_3","url":"https://vk.com/wall-1_2?reply=3","text":"а","published_at":"2026-11-23T09:00:00Z","source":{"url":"https://vk.com/perm59"}}`,
		`{"url":"https://a.example/#x","text":"` + "\xff" + `\u0000","published_at":1e300}`, `{"network":5,"external_id":-0.1,"text":null}`, `{"published_at":"0000-01-01","url":"http://a.b/"}`,
		`{"url":"https://vk.com/perm59","external_id":"1","network":"vk"}`, `[]`, ``,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		l := readLine(1, raw, nil)
		if l.Reason != "" {
			return
		}
		p := l.Item.Post
		if p.Network == "" || p.ExternalID == "" && p.URL == "" {
			t.Errorf("nothing names %+v", p)
		}
		if len(p.Text) > maxText || strings.ContainsRune(p.Text, 0) || p.Text != strings.ToValidUTF8(p.Text, "") {
			t.Errorf("text %q cannot be stored", p.Text)
		}
		if y := p.PublishedAt.Year(); !p.PublishedAt.IsZero() && (y < 1990 || y > 2200) {
			t.Errorf("year %d", y)
		}
		if p.URL != "" && !strings.HasPrefix(p.URL, "http://") && !strings.HasPrefix(p.URL, "https://") {
			t.Errorf("address %q", p.URL)
		}
	})
}

func FuzzIntakeBody(f *testing.F) {
	f.Add([]byte("{}\n{}"))
	f.Add([]byte(`{"messages":null}`))
	f.Add([]byte("[[],{}]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		lines, err := splitBody(body, nil)
		if err != nil {
			return
		}
		last := 0
		for _, l := range lines {
			if l.Number <= last {
				t.Errorf("line %d after %d", l.Number, last)
			}
			last = l.Number
		}
	})
}

// brittle is a network that one of its own posts breaks.
type brittle struct{ *fake }

func (brittle) CanPublish(storage.Post) (bool, string) { panic("a post it cannot bear") }

// A line that breaks us is refused and ends nothing else.
func TestPanicOfALineIsAnError(t *testing.T) {
	o := openOffice(t)
	m := watchingIn(t, o.store, Config{}, brittle{o.net})
	for range 2 {
		if _, err := m.accept(t.Context(), []Line{{Number: 1, Item: here("1")}}); !errors.As(err, new(panicked)) {
			t.Fatalf("%v, not the panic", err)
		}
	}
}
