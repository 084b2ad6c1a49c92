package monitor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
}

// ways lead to a value: the first at whose end something stands counts. A way
// is a key, keys or numbers parted by dots, or =TEXT for that very text.
type ways []string

// mappable are the fields of a line that a map may name.
var mappable = map[string]func(*told) *loose{
	"network": func(t *told) *loose { return &t.Network }, "kind": func(t *told) *loose { return &t.Kind },
	"external_id": func(t *told) *loose { return &t.ExternalID }, "url": func(t *told) *loose { return &t.URL },
	"title": func(t *told) *loose { return &t.Title }, "text": func(t *told) *loose { return &t.Text },
	"published_at": func(t *told) *loose { return &t.PublishedAt },
	"parent_url":   func(t *told) *loose { return &t.ParentURL }, "parent_text": func(t *told) *loose { return &t.ParentText },
	"author.id": func(t *told) *loose { return &t.Author.ID }, "author.url": func(t *told) *loose { return &t.Author.URL },
	"source.url": func(t *told) *loose { return &t.Source.URL }, "source.name": func(t *told) *loose { return &t.Source.Name },
}

// errWrongValue says that something else than a text or a number stands where
// a map leads.
var errWrongValue = errors.New("not a text")

// tell makes a message what a line of the intake would have told.
func (f *FieldMap) tell(message map[string]any) (t told, err error) {
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
		switch v := find(message, way).(type) {
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

// find follows one way from a value; nil when it ends before.
func find(v any, way string) any {
	key, rest, deeper := strings.Cut(way, ".")
	switch v := v.(type) {
	case map[string]any:
		// A column may have a dot in its name.
		for _, whole := range []string{way, strings.ToLower(way)} {
			if found, ok := v[whole]; ok {
				return found
			}
		}
		found, ok := v[key]
		if !ok {
			found = v[strings.ToLower(key)]
		}
		if deeper {
			return find(found, rest)
		}
	case []any:
		if n, err := strconv.Atoi(key); err == nil && n >= 0 && n < len(v) {
			if !deeper {
				return v[n]
			}
			return find(v[n], rest)
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
	list, ok := find(decoded(raw), f.Items).([]any)
	if !ok {
		return []json.RawMessage{raw}
	}
	parts := make([]json.RawMessage, len(list))
	for i, item := range list {
		parts[i], _ = json.Marshal(item) // it was JSON a moment ago
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
