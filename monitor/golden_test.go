package monitor

import (
	"encoding/json"
	"maps"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wantGolden compares items with those of a file; -update writes it anew.
func wantGolden(t *testing.T, file string, items []Item) {
	t.Helper()
	got := withoutEmpty(t, items)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("posts (-want +got), -update writes them anew:\n%s", diff)
	}
}

// withoutEmpty writes items without what is empty.
func withoutEmpty(t *testing.T, items []Item) []byte {
	t.Helper()
	raw, err := json.Marshal(items)
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	for _, item := range list {
		maps.DeleteFunc(item, func(_ string, v any) bool {
			return v == nil || v == "" || v == false || v == 0.0 || v == "0001-01-01T00:00:00Z"
		})
	}
	if raw, err = json.MarshalIndent(list, "", "\t"); err != nil {
		t.Fatal(err)
	}
	return append(raw, '\n')
}
