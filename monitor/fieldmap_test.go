package monitor

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		"of X":              {"youscan", `{"sourceName":"twitter.com","author":{"id":"9"},"postId":"1795"}`, "1 rejected no_text"},
		"a site's own id":   {"youscan", `{"sourceName":"Новости","postId":"12","url":"https://news.example/1","text":"Яма в Заречном"}`, "1 new"},
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
		"CSV":            {"Дата (мск.);Адрес;Текст сообщения\n23.11.2026;https://vk.com/wall-1_2;Яма в Заречном\n;;Яма в Заречном\n;;\n", "export", Counts{New: 2, Rejected: 1}},
		"CSV, built in":  {"Текст,Ссылка,Площадка\nЯма в Заречном,https://vk.com/wall-1_2,ВК\n", "generic", Counts{New: 1}},
		"JSON lines":     {`{"data":{"list":[{"post":{"short":"Яма в Заречном"}},{"post":{"short":"Яма у школы, Заречный"}}]}}` + "\n" + `{"data":{"list":[]}}`, "feed", Counts{New: 2}},
		"an array":       {`[{"data":{"list":[{"post":{"short":"Яма в Заречном"}}]}}]`, "feed", Counts{New: 1}},
		"another header": {"a;b\n1;2\n", "export", Counts{}},
		"no such map":    {"text\nЯма\n", "nobodys", Counts{}},
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
