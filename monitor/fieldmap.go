package monitor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FieldMap says where the messages of another monitor have what a line of the
// intake tells.
type FieldMap struct {
	Name string
	// Fields are the ways to a value, by the intake's name of it: "text",
	// "source.name". An external_id counts only for a message without a url.
	Fields map[string]ways
	// Values are what a field's values mean, whatever their case; a value that is
	// not named means nothing.
	Values map[string]map[string]string
	// Items is the way to the messages where several come in one object.
	Items string
	// Zone is where dates without a zone were written; nil for UTC.
	Zone *time.Location
	// Dates are forms of dates, for time.Parse, before those that are known.
	Dates []string
}

// ways lead to a value: the first at whose end something stands counts. A way
// is a key, or keys and numbers parted by dots, where * is whatever stands
// there; A + B is what stands at both, with a blank between; =TEXT is that text.
type ways []string

// mappable are the fields of a line that a map may name.
var mappable = map[string]func(*told) *loose{
	"network": func(t *told) *loose { return &t.Network }, "kind": func(t *told) *loose { return &t.Kind },
	"external_id": func(t *told) *loose { return &t.ExternalID }, "url": func(t *told) *loose { return &t.URL },
	"title": func(t *told) *loose { return &t.Title }, "text": func(t *told) *loose { return &t.Text },
	"published_at": func(t *told) *loose { return &t.PublishedAt },
	"parent_url":   func(t *told) *loose { return &t.ParentURL }, "parent_text": func(t *told) *loose { return &t.ParentText },
	"author.id": func(t *told) *loose { return &t.Author.ID }, "author.url": func(t *told) *loose { return &t.Author.URL },
	"action":     func(t *told) *loose { return &t.Action },
	"source.url": func(t *told) *loose { return &t.Source.URL }, "source.name": func(t *told) *loose { return &t.Source.Name },
}

// errWrongValue says that something else than a text or a number stands where
// a map leads.
var errWrongValue = errors.New("not a text")

// tell makes a message what a line of the intake would have told.
func (f *FieldMap) tell(message map[string]any) (t told, err error) {
	t.zone, t.forms = f.Zone, f.Dates
	for name, to := range f.Fields {
		value, err := to.follow(message)
		if err != nil {
			return t, fmt.Errorf("%s: %w", name, err)
		}
		if table := f.Values[name]; table != nil {
			value = table[strings.ToLower(value)]
		}
		*mappable[name](&t) = loose(value)
	}
	if t.URL != "" {
		// Another monitor's id of a post that has an address may be that of
		// something else in the network.
		t.ExternalID = ""
	}
	return t, nil
}

// follow returns what stands at the end of the first way that leads to
// something, "" when none does.
func (w ways) follow(message map[string]any) (string, error) {
	for _, way := range w {
		if text, ok := strings.CutPrefix(way, "="); ok {
			return text, nil
		}
		var parts []string
		for part := range strings.SplitSeq(way, bothWays) {
			text, err := textAt(message, part)
			if err != nil {
				return "", err
			}
			if text != "" {
				parts = append(parts, text)
			}
		}
		if len(parts) > 0 {
			return strings.Join(parts, " "), nil
		}
	}
	return "", nil
}

// bothWays stands between two ways whose ends belong together: a day and a time.
const bothWays = " + "

// textAt is the first text at the end of one way.
func textAt(message map[string]any, way string) (string, error) {
	for _, found := range find(message, way) {
		switch v := found.(type) {
		case nil:
		case string:
			if v = strings.TrimSpace(v); v != "" {
				return v, nil
			}
		case json.Number:
			return v.String(), nil
		default:
			return "", errWrongValue
		}
	}
	return "", nil
}

// find follows one way from a value; it leads nowhere when it ends before, and
// to several ends by a star.
func find(v any, way string) []any {
	key, rest, deeper := strings.Cut(way, ".")
	further := func(next any) []any {
		if deeper {
			return find(next, rest)
		}
		return []any{next}
	}
	switch v := v.(type) {
	case map[string]any:
		// A column may have a dot in its name.
		for _, whole := range []string{way, strings.ToLower(way), key, strings.ToLower(key)} {
			found, ok := v[whole]
			switch {
			case ok && (whole == way || whole == strings.ToLower(way)):
				return []any{found}
			case ok:
				return further(found)
			}
		}
		if key == "*" {
			var ends []any
			for _, name := range slices.Sorted(maps.Keys(v)) {
				ends = append(ends, further(v[name])...)
			}
			return ends
		}
	case []any:
		if n, err := strconv.Atoi(key); err == nil && n >= 0 && n < len(v) {
			return further(v[n])
		}
		if key == "*" {
			var ends []any
			for _, each := range v {
				ends = append(ends, further(each)...)
			}
			return ends
		}
	}
	return nil
}

// unpack returns the messages that an object carries: itself, unless the map
// says where they stand.
func (f *FieldMap) unpack(raw []byte) []json.RawMessage {
	if f == nil || f.Items == "" {
		return []json.RawMessage{raw}
	}
	var parts []json.RawMessage
	lists := false
	for _, end := range find(decoded(raw), f.Items) {
		list, ok := end.([]any)
		lists = lists || ok
		for _, item := range list {
			part, _ := json.Marshal(item) // it was JSON a moment ago
			parts = append(parts, part)
		}
	}
	if !lists {
		return []json.RawMessage{raw}
	}
	return parts
}

// decoded is a JSON object with its numbers as they were written; nil for
// anything else.
func decoded(raw []byte) map[string]any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var message map[string]any
	if d.Decode(&message) != nil {
		return nil
	}
	return message
}

// fieldMap returns the map of a name: one of the installation, or built in; nil
// and true for no name.
func (m *Monitor) fieldMap(name string) (*FieldMap, bool) {
	if name == "" {
		return nil, true
	}
	for _, list := range [][]FieldMap{m.cfg.Maps, builtInMaps} {
		for i := range list {
			if list[i].Name == name {
				return &list[i], true
			}
		}
	}
	return nil, false
}

// MapNames are the names of all maps, sorted.
func (m *Monitor) MapNames() []string {
	var names []string
	for _, f := range slices.Concat(m.cfg.Maps, builtInMaps) {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}
