package monitor

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

var mapName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// LoadMaps reads the maps of a folder, one in each file NAME.json; "" is no
// folder. An error names the file and the field.
func LoadMaps(folder string) ([]FieldMap, error) {
	if folder == "" {
		return nil, nil
	}
	if _, err := os.ReadDir(folder); err != nil {
		return nil, fmt.Errorf("read the folder: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("read the folder: %w", err)
	}
	var list []FieldMap
	names := map[string]string{}
	for _, f := range builtInMaps {
		names[f.Name] = "Otklik itself"
	}
	for _, path := range files {
		file := filepath.Base(path)
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f, err := readMap(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if f.Name == "" {
			f.Name = strings.TrimSuffix(file, ".json")
		}
		if !mapName.MatchString(f.Name) {
			return nil, fmt.Errorf("%s: name: must be small Latin letters, digits, _ and -", file)
		}
		if other := names[f.Name]; other != "" {
			return nil, fmt.Errorf("%s: name: %s has a map of that name", file, other)
		}
		names[f.Name] = file
		list = append(list, f)
	}
	return list, nil
}

// mapFile is a map as it is written: a field has one way or a list of them.
type mapFile struct {
	Name   string                       `json:"name"`
	Fields map[string]json.RawMessage   `json:"fields"`
	Values map[string]map[string]string `json:"values"`
	Items  string                       `json:"items"`
	Zone   string                       `json:"zone"`
	Dates  []string                     `json:"dates"`
}

// readMap reads and checks one map; an error names the field.
func readMap(raw []byte) (FieldMap, error) {
	var file mapFile
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, byteOrderMark)))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return FieldMap{}, fmt.Errorf("%s: must not be of type %s", cmp.Or(wrong.Field, "the map"), wrong.Value)
		}
		return FieldMap{}, fmt.Errorf("is no map: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return FieldMap{}, errors.New("something stands behind the map")
	}
	f := FieldMap{Name: file.Name, Fields: map[string]ways{}, Values: map[string]map[string]string{}, Items: file.Items}
	for _, name := range slices.Sorted(maps.Keys(file.Fields)) {
		to, err := readWays(name, file.Fields[name])
		if err != nil {
			return f, fmt.Errorf("fields.%s: %w", name, err)
		}
		f.Fields[name] = to
	}
	if f.Fields["text"] == nil && f.Fields["url"] == nil && f.Fields["external_id"] == nil {
		return f, errors.New("fields: must name text, url or external_id")
	}
	if file.Zone != "" {
		zone, err := time.LoadLocation(file.Zone)
		if err != nil {
			return f, fmt.Errorf("zone: %q is no time zone such as Europe/Moscow", file.Zone)
		}
		f.Zone = zone
	}
	for _, form := range file.Dates {
		layout, ok := dateLayout(form)
		if !ok {
			return f, fmt.Errorf("dates: %q is no form of a date such as DD.MM.YYYY HH:mm", form)
		}
		f.Dates = append(f.Dates, layout)
	}
	for _, name := range slices.Sorted(maps.Keys(file.Values)) {
		if f.Fields[name] == nil {
			return f, fmt.Errorf("values.%s: is not among the fields", name)
		}
		f.Values[name] = map[string]string{}
		for value, means := range file.Values[name] {
			f.Values[name][strings.ToLower(strings.TrimSpace(value))] = means
		}
	}
	return f, nil
}

// dateSigns are the parts of a form of dates, in English or Russian, for time.Parse.
var dateSigns = strings.NewReplacer("YYYY", "2006", "YY", "06", "MM", "01", "DD", "02", "HH", "15", "mm", "04", "ss", "05",
	"ГГГГ", "2006", "ГГ", "06", "ММ", "01", "ДД", "02", "ЧЧ", "15", "мм", "04", "сс", "05")

// dateLayout reads a form of dates; it must say day, month and year.
func dateLayout(form string) (layout string, ok bool) {
	layout = dateSigns.Replace(form)
	day := time.Date(2017, 11, 28, 0, 0, 0, 0, time.UTC)
	at, err := time.Parse(layout, day.Format(layout))
	return layout, err == nil && at.Equal(day)
}

// readWays reads the ways to one field: a text or a list of texts.
func readWays(name string, raw json.RawMessage) (ways, error) {
	if mappable[name] == nil {
		return nil, fmt.Errorf("the intake has no such field, it has %s", strings.Join(slices.Sorted(maps.Keys(mappable)), ", "))
	}
	var list ways
	var one string
	if json.Unmarshal(raw, &one) == nil {
		list = ways{one}
	} else if json.Unmarshal(raw, &list) != nil {
		return nil, errors.New("must be a text or a list of texts")
	}
	if len(list) == 0 {
		return nil, errors.New("leads nowhere")
	}
	for _, way := range list {
		if text, ok := strings.CutPrefix(way, "="); ok && text != "" {
			continue
		}
		if way == "" || strings.HasPrefix(way, ".") || strings.HasSuffix(way, ".") || strings.Contains(way, "..") {
			return nil, fmt.Errorf("%q is no way to a value", way)
		}
	}
	return list, nil
}
