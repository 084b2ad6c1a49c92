package sandbox

import (
	"strings"
)

// graphField is one field that a call asks for: name.arg(value){inner,…}.
type graphField struct {
	name  string
	args  map[string]string
	inner []graphField
}

// graphFields reads what a call asks for; not ok when it cannot be read.
func graphFields(text string) (fields []graphField, ok bool) {
	fields, rest := graphFieldList(text)
	return fields, rest == ""
}

func graphFieldList(text string) (fields []graphField, rest string) {
	for {
		end := strings.IndexAny(text, ",.{}()")
		if end < 0 {
			end = len(text)
		}
		f := graphField{name: text[:end], args: map[string]string{}}
		text = text[end:]
		for strings.HasPrefix(text, ".") {
			name, more, _ := strings.Cut(text[1:], "(")
			value, more, closed := strings.Cut(more, ")")
			if !closed {
				return fields, text
			}
			f.args[name], text = value, more
		}
		if strings.HasPrefix(text, "{") {
			f.inner, text = graphFieldList(text[1:])
			if !strings.HasPrefix(text, "}") {
				return fields, "{" + text
			}
			text = text[1:]
		}
		if f.name != "" {
			fields = append(fields, f)
		}
		if !strings.HasPrefix(text, ",") {
			return fields, text
		}
		text = text[1:]
	}
}

// graphNode is a thing that has an id.
type graphNode interface {
	ident() string
	// field is a field's value: nil where it is left out; not known for one that
	// such things do not have.
	field(c *graphCall, f graphField) (value any, known bool, problem *graphRefusal)
	// order is the thing's place in lists by time.
	order() int64
}

// show is a thing as the fields ask for it; the id comes always.
func (c *graphCall) show(n graphNode, fields []graphField) (map[string]any, *graphRefusal) {
	out := map[string]any{"id": n.ident()}
	for _, f := range fields {
		if f.name == "id" {
			continue
		}
		value, known, problem := n.field(c, f)
		switch inner := value.(type) {
		case graphNode:
			if problem == nil {
				value, problem = c.show(inner, f.inner)
			}
		case graphEdge:
			if problem == nil {
				value, problem = c.showList(inner, f.inner, f.args)
			}
		}
		switch {
		case problem != nil:
			return nil, problem
		case !known:
			return nil, graphRefuse(100, 0, "(#100) Tried accessing nonexisting field ("+f.name+")")
		case value != nil:
			out[f.name] = value
		}
	}
	return out, nil
}
