package sandbox

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
)

// graphEdge is a list of things that stand under another.
type graphEdge struct {
	nodes  []graphNode
	oldest bool // the oldest comes first
	most   int  // on a page
	total  int  // of the summary
}

// graphEdgeOf is a list of what live says is there.
func graphEdgeOf[T graphNode](all []T, most int, live func(T) bool) graphEdge {
	e := graphEdge{most: most}
	for _, n := range all {
		if live(n) {
			e.nodes = append(e.nodes, n)
		}
	}
	e.total = len(e.nodes)
	return e
}

// showList is one page of a list. args are limit, after and summary.
func (c *graphCall) showList(e graphEdge, fields []graphField, args map[string]string) (map[string]any, *graphRefusal) {
	compare := func(a, b graphNode) int {
		by := cmp.Or(cmp.Compare(a.order(), b.order()), cmp.Compare(a.ident(), b.ident()))
		if e.oldest {
			return by
		}
		return -by
	}
	slices.SortStableFunc(e.nodes, compare)
	limit := min(25, e.most)
	if text := args["limit"]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, graphRefuse(100, 0, "(#100) limit must be a number")
		}
		limit = min(n, e.most)
	}
	if c.g.opt.TooMuch > 0 && limit >= c.g.opt.TooMuch {
		return nil, graphRefuse(1, 0, "Please reduce the amount of data you're asking for, then retry your request")
	}
	if c.g.opt.PageSize > 0 {
		limit = min(limit, c.g.opt.PageSize)
	}
	rest := e.nodes
	if after := args["after"]; after != "" {
		last, ok := graphCursorOf(after)
		if !ok {
			return nil, graphRefuse(100, 0, "(#100) Invalid cursors values")
		}
		rest = slices.DeleteFunc(slices.Clone(rest), func(n graphNode) bool { return compare(n, last) <= 0 })
	}
	data := []any{}
	page := rest[:min(limit, len(rest))]
	for _, n := range page {
		item, problem := c.show(n, fields)
		if problem != nil {
			return nil, problem
		}
		data = append(data, item)
	}
	out := map[string]any{"data": data}
	if len(page) > 0 {
		after := graphCursor(page[len(page)-1])
		paging := map[string]any{"cursors": map[string]any{"before": graphCursor(page[0]), "after": after}}
		if len(rest) > len(page) {
			paging["next"] = c.nextURL(after)
		}
		out["paging"] = paging
	}
	if args["summary"] == "true" {
		out["summary"] = map[string]any{"order": "chronological", "total_count": c.g.number(e.total), "can_comment": true}
	}
	return out, nil
}

// graphCursor says where a page ended: after this thing.
func graphCursor(n graphNode) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%s", n.order(), n.ident()))
}

// graphSpot is a place in a list; the thing that was there may be gone.
type graphSpot struct {
	at int64
	id string
}

func (s graphSpot) ident() string { return s.id }
func (s graphSpot) order() int64  { return s.at }
func (graphSpot) field(*graphCall, graphField) (any, bool, *graphRefusal) {
	return nil, false, nil
}

func graphCursorOf(text string) (graphSpot, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return graphSpot{}, false
	}
	var s graphSpot
	_, err = fmt.Sscanf(string(raw), "%d:%s", &s.at, &s.id)
	return s, err == nil
}
