package monitor

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
)

func TestImportIsRepeatable(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("Текст;ссылка;Дата\n")
	for i := range 1500 {
		fmt.Fprintf(&rows, "\"Яма %d; в Заречном\";;23.11.2026 10:00\n", i)
	}
	rows.WriteString("Продам гараж;;\n;;\nЯма;https://news.example/1;никогда\nЯма в Заречном;https://news.example/1;\n")
	ansi, err := charmap.Windows1251.NewEncoder().String(rows.String())
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"UTF-8": rows.String(), "with a mark": "\xef\xbb\xbf" + rows.String(), "Windows-1251": ansi, "gzip": zipped(t, rows.String())} {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			addRegion(t, store, "Край", "Заречный")
			m := watching(t, store, Config{}, newFake("fake"))
			var told []int64
			counts, err := m.Import(t.Context(), strings.NewReader(file), ImportOptions{Progress: func(done int64) { told = append(told, done) }})
			if err != nil {
				t.Fatal(err)
			}
			want := Counts{New: 1501, Unmatched: 1, Rejected: 2, Incidents: 1501, Reasons: map[string]int64{rejectedNoText: 1, rejectedDate: 1}}
			if diff := cmp.Diff(want, counts); diff != "" {
				t.Errorf("first (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]int64{1000, 1504}, told); diff != "" {
				t.Errorf("progress (-want +got):\n%s", diff)
			}
			counts, err = m.Import(t.Context(), strings.NewReader(file), ImportOptions{Format: CSV})
			if err != nil || counts.New != 0 || counts.Duplicate != 1501 {
				t.Errorf("again: %+v, %v", counts, err)
			}
		})
	}
}

func TestImportForARegion(t *testing.T) {
	store := open(t)
	region, other := addRegion(t, store, "Край", "Заречный"), addRegion(t, store, "Область", "Нагорный")
	counts, err := watching(t, store, Config{}, newFake("fake")).Import(t.Context(), strings.NewReader("text\nЯма во дворе\nЯма в Нагорном\n"), ImportOptions{Region: region})
	if err != nil || counts.New != 2 || counts.Incidents != 3 {
		t.Errorf("%+v, %v", counts, err)
	}
	if n, o := len(incidents(t, store, region)), len(incidents(t, store, other)); n != 2 || o != 1 {
		t.Errorf("%d and %d incidents, want 2 and 1", n, o)
	}
}

func TestImportOfJSON(t *testing.T) {
	one := `{"url":"https://news.example/%d","text":"Яма в Заречном"}`
	for name, file := range map[string]string{
		"lines": fmt.Sprintf(one+"\n\nнет\n"+one+"\n{\"text\":\"Яма в Заречном\"}", 1, 2),
		"array": fmt.Sprintf("["+one+",\n5,"+one+",{\"text\":\"Яма в Заречном\"}]", 1, 2),
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			addRegion(t, store, "Край", "Заречный")
			counts, err := watching(t, store, Config{}, newFake("fake")).Import(t.Context(), strings.NewReader(file), ImportOptions{})
			want := Counts{New: 3, Rejected: 1, Incidents: 3, Reasons: map[string]int64{rejectedShape: 1}}
			if diff := cmp.Diff(want, counts); err != nil || diff != "" {
				t.Errorf("%v, counts (-want +got):\n%s", err, diff)
			}
		})
	}
	store := open(t)
	m := watching(t, store, Config{}, newFake("fake"))
	for name, file := range map[string]string{"half": `[{"a":1},`, "no header": "раз,два\n1,2\n", "no gzip": "\x1f\x8b123"} {
		if _, err := m.Import(t.Context(), strings.NewReader(file), ImportOptions{}); err == nil {
			t.Errorf("%s was read without an error", name)
		}
	}
}

func FuzzReadLines(f *testing.F) {
	f.Add([]byte("text,url\nа,https://a.example/\n\"b"), "csv")
	f.Add([]byte("text;url\n;\n\n"), "")
	f.Add([]byte("{}\n[]\n"), "jsonl")
	f.Add([]byte("[{},5"), "")
	f.Add([]byte("\x1f\x8b\x08\x00"), "")
	f.Fuzz(func(t *testing.T, file []byte, format string) {
		for l, err := range ReadLines(strings.NewReader(string(file)), Format(format)) {
			if err != nil {
				return
			}
			if p := l.Item.Post; l.Reason == "" && p.ExternalID == "" && p.URL == "" {
				t.Errorf("nothing names line %d", l.Number)
			}
		}
	})
}
