package monitor

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"otklik/storage"
)

// mapFolder is a folder of maps.
func mapFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func by(name string) func(*http.Request) {
	return func(r *http.Request) { r.URL.RawQuery = url.Values{"map": {name}}.Encode() }
}

const feedMap = `{"name": "feed", "items": "data.list", "fields": {
	"text": ["post.full", "post.short"], "url": "post.links.0", "network": "=vk", "kind": "type", "external_id": "post.id",
	"published_at": "post.at", "source.url": "where.url", "source.name": "where.name", "author.id": "who"},
	"values": {"kind": {"Комментарий": "comment"}}}`

func TestIntakeByAMap(t *testing.T) {
	maps, err := LoadMaps(mapFolder(t, map[string]string{"a.json": feedMap, "notes.txt": "no map"}))
	if err != nil {
		t.Fatal(err)
	}
	store := open(t)
	region := addRegion(t, store, "Край", "Заречный")
	m := watching(t, store, Config{IntakeToken: intakeToken, Maps: maps, Recent: 10}, newFake("fake"))
	body := `{"data":{"list":[
		{"type":"Комментарий","post":{"full":"Яма в Заречном","links":["https://vk.com/wall-1_2?reply=3"],"at":1795391880,"id":7},"where":{"url":"https://vk.com/perm59","name":"Пермь"},"who":"id5"},
		{"post":{"full":" ","short":"Яма у школы в Заречном","id":8},"type":"пост"},
		{"post":{"full":["Яма"],"id":9}},
		{"post":{"links":[]}},
		17]}}`
	code, a := post(t, m, body, by("feed"))
	want := []string{"1 new", "2 new", "3 rejected field", "4 rejected no_id", "5 rejected not_an_object"}
	if diff := cmp.Diff(want, statuses(a)); code != http.StatusOK || diff != "" {
		t.Fatalf("status %d (-want +got):\n%s", code, diff)
	}
	type told struct{ Network, Kind, ID, URL, Text, Source, SourceURL string }
	var got []told
	for _, i := range incidents(t, store, region) {
		posts, err := store.Posts(t.Context(), i.ID)
		if err != nil || len(posts) != 1 {
			t.Fatalf("%v, %v", posts, err)
		}
		p := posts[0]
		got = append(got, told{p.Network, p.Kind, p.ExternalID, p.URL, p.Text, p.SourceName, p.SourceURL})
	}
	if diff := cmp.Diff([]told{
		{"vk", "comment", "-1_2_3", "https://vk.com/wall-1_2?reply=3", "Яма в Заречном", "Пермь", "https://vk.com/perm59"},
		{"vk", "post", "8", "", "Яма у школы в Заречном", "", ""},
	}, got); diff != "" {
		t.Errorf("posts (-want +got):\n%s", diff)
	}
}

func TestIntakeOfUnknownMap(t *testing.T) {
	m := watching(t, open(t), Config{IntakeToken: intakeToken}, newFake("fake"))
	if code, a := post(t, m, `{"text":"Яма"}`, by("nobodys")); code != http.StatusBadRequest || a.Error != "unknown_map" {
		t.Errorf("status %d, %q", code, a.Error)
	}
}

func TestBuiltInMaps(t *testing.T) {
	for name, c := range map[string]struct{ by, body, want string }{
		"a mention": {"youscan", `{"country":"RU","topicId":5,"sourceName":"vk.com","author":{"url":"https://vk.com/id5","name":"Имя","subscribers":3},
			"channel":{"url":"https://vk.com/perm59","name":"Пермь"},"postId":"12","url":"https://vk.com/wall-1_2","text":"Яма…","fullText":"Яма в Заречном","published":"2026-11-23T09:00:00Z"}`, "1 new"},
		"of X":            {"youscan", `{"sourceName":"twitter.com","author":{"id":"9"},"postId":"1795"}`, "1 rejected no_text"},
		"a site's own id": {"youscan", `{"sourceName":"Новости","postId":"12","url":"https://news.example/1","text":"Яма в Заречном"}`, "1 new"},
		"an answer": {"brandanalytics", `{"messages":[{"static":{"id":5,"url":"https://vk.com/wall-1_5","dates":{"published":1795419000},"hub":"vk.com","tone":-1},"text":{"title":"","text":"Яма в Заречном"}},
			{"id":6,"url":"https://ok.ru/group/1/topic/6","dates":"2026-11-23 10:30:00","hub":"ok.ru","text":"Яма в Заречном, снова"}]}`, "1 new, 2 new"},
		"a plain webhook":   {"generic", `{"platform":"ВКонтакте","link":"https://vk.com/wall-1_3","message":"Яма в Заречном","date":"23.11.2026 10:00"}`, "1 new"},
		"no known field":    {"generic", `{"слова":"Яма в Заречном"}`, "1 rejected no_id"},
		"several, an array": {"generic", `[{"url":"https://news.example/2","content":"Яма в Заречном"}]`, "1 new"},
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			addRegion(t, store, "Край", "Заречный")
			m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
			_, a := post(t, m, c.body, by(c.by))
			if got := strings.Join(statuses(a), ", "); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// TestSiteIDsDoNotMeet: two sites number their posts alike.
func TestSiteIDsDoNotMeet(t *testing.T) {
	store := open(t)
	addRegion(t, store, "Край", "Заречный")
	m := watching(t, store, Config{IntakeToken: intakeToken}, newFake("fake"))
	_, a := post(t, m, `[{"postId":"1","url":"https://a.example/1","text":"Яма в Заречном"},{"postId":"1","url":"https://b.example/1","text":"Яма в Заречном"}]`, by("youscan"))
	if diff := cmp.Diff([]string{"1 new", "2 new"}, statuses(a)); diff != "" {
		t.Error(diff)
	}
}

func TestImportByAMap(t *testing.T) {
	maps, err := LoadMaps(mapFolder(t, map[string]string{"export.json": `{"fields":{"text":"Текст сообщения","url":"Адрес","published_at":"Дата (мск.)"}}`, "feed.json": feedMap}))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file, by string
		want     Counts
	}{
		"CSV":              {"Дата (мск.);Адрес;Текст сообщения\n23.11.2026;https://vk.com/wall-1_2;Яма в Заречном\n;;Яма в Заречном\n;;\n", "export", Counts{New: 2, Rejected: 1}},
		"CSV, built in":    {"Текст,Ссылка,Площадка\nЯма в Заречном,https://vk.com/wall-1_2,ВК\n", "generic", Counts{New: 1}},
		"JSON lines":       {`{"data":{"list":[{"post":{"short":"Яма в Заречном"}},{"post":{"short":"Яма у школы, Заречный"}}]}}` + "\n" + `{"data":{"list":[]}}`, "feed", Counts{New: 2}},
		"an array":         {`[{"data":{"list":[{"post":{"short":"Яма в Заречном"}}]}}]`, "feed", Counts{New: 1}},
		"a preamble":       {"Отчёт за ноябрь, 2026\n\nДата (мск.);Адрес;Текст сообщения\n23.11.2026;https://vk.com/wall-1_2;\"Яма, яма, яма в Заречном\"\n", "export", Counts{New: 1}},
		"of a spreadsheet": {"sep=;\r\nДата (мск.);Адрес;Текст сообщения\r\n45984,5;https://vk.com/wall-1_2;Яма в Заречном\r\n", "export", Counts{New: 1}},
		"another header":   {"a;b\n1;2\n", "export", Counts{}},
		"no such map":      {"text\nЯма\n", "nobodys", Counts{}},
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			addRegion(t, store, "Край", "Заречный")
			got, err := watching(t, store, Config{Maps: maps}, newFake("fake")).Import(t.Context(), strings.NewReader(c.file), ImportOptions{Map: c.by})
			if wrong := c.want.New == 0; (err != nil) != wrong {
				t.Fatalf("error %v", err)
			}
			got.Reasons, got.Incidents = nil, 0
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

const monitoringMap = `{"zone":"Europe/Moscow","dates":["ДД.ММ.ГГ ЧЧ-мм","MM/DD/YYYY"],"items":"pages.*.found","fields":{
	"text":"Текст","url":"Ссылка","network":"=vk","kind":"=comment","published_at":["Дата + Время","when"],"action":"Что","author.id":"people.*.id"},
	"values":{"action":{"изменено":"edited","удалено":"deleted"}}}`

// exported is a map as a monitoring's export asks for it.
func exported(t *testing.T) []FieldMap {
	t.Helper()
	maps, err := LoadMaps(mapFolder(t, map[string]string{"monitoring.json": monitoringMap}))
	if err != nil {
		t.Fatal(err)
	}
	return maps
}

func TestDatesOfOtherMonitors(t *testing.T) {
	by := exported(t)[0]
	moscow := func(hour, minute int) time.Time { return time.Date(2026, 11, 23, hour-3, minute, 0, 0, time.UTC) }
	for value, want := range map[string]time.Time{
		"23.11.2026 10:30": moscow(10, 30), "23.11.2026, 10:30": moscow(10, 30), "2026-11-23 10:30:00": moscow(10, 30),
		"23.11.26 10-30": moscow(10, 30), "11/23/2026": moscow(0, 0), "23.11.2026": moscow(0, 0), "23.11.26": moscow(0, 0),
		"2026-11-23T10:30:00+05:00": moscow(8, 30), "2026-11-23T07:30:00Z": moscow(10, 30), "2026-11-23T10:30:00+0300": moscow(10, 30),
		"46349.4375": moscow(10, 30), "46349,4375": moscow(10, 30), "46349": moscow(0, 0), // days of a spreadsheet
		"1795419000": moscow(10, 30), "1795419000000": moscow(10, 30),
	} {
		if got, ok := readDate(value, by.Zone, by.Dates...); !ok || !got.Equal(want) {
			t.Errorf("%s is %v (%v), want %v", value, got, ok, want)
		}
	}
	for _, value := range []string{"вчера", "32.11.2026", "1", "-5", "1e300", "23.11.1826", "NaN"} {
		if got, ok := readDate(value, time.UTC); ok {
			t.Errorf("%s was read as %v", value, got)
		}
	}
}

// TestExportsOfOtherMonitors: the same map reads a webhook and the CSV file of a
// spreadsheet in whatever charset, with edits and deletions.
func TestExportsOfOtherMonitors(t *testing.T) {
	table := "Дата;Время;Ссылка;Текст;Что\r\n23.11.2026;10:30;https://vk.com/wall-1_2?reply=3;Яма в Заречном;\r\n" +
		"23.11.2026;10:31;https://vk.com/wall-1_2?reply=4;Яма в Заречном у школы;\r\n;;https://vk.com/wall-1_2?reply=3;Яма в Заречном заделана;изменено\r\n;;https://vk.com/wall-1_2?reply=4;;удалено\r\n"
	windows, err := charmap.Windows1251.NewEncoder().String(table)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(table, ";", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"UTF-8 with a mark": "\xef\xbb\xbf" + table, "Windows-1251": windows, "UTF-16 with tabs": wide,
		"a webhook": `{"pages":[{"found":[{"Ссылка":"https://vk.com/wall-1_2?reply=3","Текст":"Яма в Заречном","when":1795419000,"people":[{"name":"x"},{"id":5}]},{"Ссылка":"https://vk.com/wall-1_2?reply=4","Текст":"Яма в Заречном у школы","Дата":"23.11.2026","Время":"10:31"}]},{"other":1},{"found":[{"Ссылка":"https://vk.com/wall-1_2?reply=3","Текст":"Яма в Заречном заделана","Что":"Изменено"},{"Ссылка":"https://vk.com/wall-1_2?reply=4","Что":"удалено"}]}]}`} {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			region := addRegion(t, store, "Край", "Заречный")
			m := watching(t, store, Config{Maps: exported(t)}, newFake("fake"))
			got, err := m.Import(t.Context(), strings.NewReader(file), ImportOptions{Map: "monitoring"})
			if err != nil {
				t.Fatal(err)
			}
			if got.New != 2 || got.Changed != 2 || got.Rejected != 0 {
				t.Errorf("%+v", got)
			}
			list := incidents(t, store, region)
			if len(list) != 2 {
				t.Fatalf("%d incidents", len(list))
			}
			states := map[string]storage.PostState{}
			for _, i := range list {
				posts, err := store.Posts(t.Context(), i.ID)
				if err != nil {
					t.Fatal(err)
				}
				p := posts[0]
				states[p.Text] = p.State
				if p.Kind != "comment" || !p.PublishedAt.Truncate(time.Hour).Equal(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)) {
					t.Errorf("%s is a %s of %v", p.Text, p.Kind, p.PublishedAt)
				}
			}
			want := map[string]storage.PostState{"Яма в Заречном заделана": storage.Ready, "Яма в Заречном у школы": storage.Deleted}
			if diff := cmp.Diff(want, states); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWrongMaps(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"no JSON":          {`{"fields": `, "x.json: is no map"},
		"not an object":    {`[]`, "x.json: the map: must not be of type array"},
		"an unknown key":   {`{"felds":{}}`, `x.json: is no map: json: unknown field "felds"`},
		"no such field":    {`{"fields":{"text":"a","likes":"b"}}`, "x.json: fields.likes: the intake has no such field"},
		"a number":         {`{"fields":{"text":5}}`, "x.json: fields.text: must be a text or a list of texts"},
		"an empty list":    {`{"fields":{"text":[]}}`, "x.json: fields.text: leads nowhere"},
		"an empty way":     {`{"fields":{"text":["a","a..b"]}}`, `x.json: fields.text: "a..b" is no way`},
		"nothing said":     {`{"fields":{"title":"a"}}`, "x.json: fields: must name text, url or external_id"},
		"a stray value":    {`{"fields":{"text":"a"},"values":{"kind":{"a":"b"}}}`, "x.json: values.kind: is not among the fields"},
		"a bad value":      {`{"fields":{"text":"a"},"values":{"text":{"a":1}}}`, "x.json: values: must not be of type number"},
		"a bad name":       {`{"name":"Моя","fields":{"text":"a"}}`, "x.json: name: must be"},
		"a built-in name":  {`{"name":"youscan","fields":{"text":"a"}}`, "x.json: name: Otklik itself has a map of that name"},
		"no time zone":     {`{"fields":{"text":"a"},"zone":"Moscow"}`, `x.json: zone: "Moscow" is no time zone`},
		"no form of dates": {`{"fields":{"text":"a"},"dates":["DD.MM"]}`, `x.json: dates: "DD.MM" is no form of a date`},
		"something behind": {`{"fields":{"text":"a"}} {}`, "x.json: something stands behind the map"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := LoadMaps(mapFolder(t, map[string]string{"x.json": c.file})); err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %v, want %s…", err, c.want)
			}
		})
	}
	if _, err := LoadMaps(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a folder that is not there was read")
	}
	twice := `{"name":"one","fields":{"text":"a"}}`
	if _, err := LoadMaps(mapFolder(t, map[string]string{"a.json": twice, "b.json": twice})); err == nil || err.Error() != "b.json: name: a.json has a map of that name" {
		t.Errorf("two maps of one name: %v", err)
	}
	if list, err := LoadMaps(""); err != nil || list != nil {
		t.Errorf("no folder: %v, %v", list, err)
	}
}

// FuzzMap gives any message to any map: it ends, and what it tells can be stored.
func FuzzMap(f *testing.F) {
	f.Add(`{"fields":{"text":"a.0.b","url":["u","=https://a.example"]},"items":"x"}`, `{"x":[{"a":[{"b":"Яма"}],"u":null}]}`)
	f.Add(monitoringMap, `{"pages":[{"found":[{"Текст":"Яма","Дата":"23.11.2026","Время":"10:31","people":{"a":{"id":1}},"Что":"удалено"}]}]}`)
	f.Add(`{"fields":{"text":"a.*.b + *"},"items":"*.*","dates":["YYYYMMDD"],"zone":"Asia/Omsk"}`, "sep=;\n\na;b\n1;2")
	f.Add(feedMap, `{"data":{"list":[{"post":{"links":[1]}}]}}`)
	f.Add(`{"fields":{"text":"a"},"values":{"text":{"1e9":"b"}}}`, `{"a":1e9}`)
	f.Fuzz(func(t *testing.T, file, body string) {
		by, err := readMap([]byte(file))
		if err != nil {
			return
		}
		lines, err := splitBody([]byte(body), &by)
		if err != nil {
			return
		}
		for _, l := range lines {
			if l.Reason == "" && l.Item.URL == "" && (l.Item.Network == "" || l.Item.ExternalID == "") {
				t.Errorf("%+v has no name", l.Item)
			}
		}
		for l, err := range readLines(strings.NewReader(body), Guess, &by) {
			if err == nil && l.Reason == "" && l.Item.ExternalID == "" && l.Item.URL == "" {
				t.Errorf("of a file, %+v has no name", l.Item)
			}
		}
	})
}
