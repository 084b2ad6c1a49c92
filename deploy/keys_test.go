package deploy_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// named returns what the pattern finds in the files of this folder, each with
// a file that has it.
func named(t *testing.T, pattern string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, entry := range entries {
		if entry.IsDir() || filepath.Ext(entry.Name()) == ".go" {
			continue
		}
		for _, name := range regexp.MustCompile(pattern).FindAllString(read(t, entry.Name()), -1) {
			if found[name] == "" {
				found[name] = entry.Name()
			}
		}
	}
	if len(found) == 0 {
		t.Fatalf("no file here has %s", pattern)
	}
	return found
}

func TestSettingsExist(t *testing.T) {
	keys := regexp.MustCompile(`(?m)^#? ?(OTKLIK_[A-Z0-9_]+)=`)
	var known []string
	for _, match := range keys.FindAllStringSubmatch(read(t, "../.env.example"), -1) {
		known = append(known, match[1])
	}
	for key, file := range named(t, `OTKLIK_[A-Z0-9_]*[A-Z0-9]`) {
		if !slices.Contains(known, key) {
			t.Errorf("%s sets or names %s, which .env.example does not have", file, key)
		}
	}
}

// An alert on a figure that nobody measures never fires.
func TestMetricsExist(t *testing.T) {
	var code strings.Builder
	for _, dir := range []string{"../cmd", "../bot", "../monitor", "../storage"} {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go") {
				code.WriteString(read(t, path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for metric, file := range named(t, `\botklik_[a-z_]*[a-z]\b`) {
		if metric != "otklik_data" && !strings.Contains(code.String(), `"`+metric+`"`) {
			t.Errorf("%s asks for %s, which nothing measures", file, metric)
		}
	}
}

func TestDashboardIsJSON(t *testing.T) {
	if !json.Valid([]byte(read(t, "dashboard.json"))) {
		t.Error("dashboard.json is not JSON")
	}
}
