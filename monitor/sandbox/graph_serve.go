package sandbox

import "strings"

// node finds a thing by its id, as far as the token may see it.
func (c *graphCall) node(id string) (graphNode, *graphRefusal) {
	if id == "me" {
		id = c.by.id()
	}
	n, problem := c.fbNode(id)
	if problem != nil {
		return nil, problem
	}
	if n == nil {
		n = c.igNode(id)
	}
	if n == nil {
		return nil, graphGone(id)
	}
	return n, nil
}

// read is a GET: one thing, several by ids=, or a list under one.
func (c *graphCall) read(id, edge string) (any, *graphRefusal) {
	fields, ok := graphFields(c.params.Get("fields"))
	if !ok {
		return nil, graphRefuse(2500, 0, "Syntax error in field list")
	}
	switch {
	case id == "":
		return c.readMany(fields)
	case id == "ig_hashtag_search":
		return c.hashtagSearch()
	case edge == "recent_media":
		list, problem := c.hashtag(id)
		if problem != nil {
			return nil, problem
		}
		return c.showList(list, fields, c.shown())
	}
	n, problem := c.node(id)
	if page := c.g.pageOf(id); problem != nil && page != nil && edge != "" {
		n, problem = page, nil // the list says itself what it needs
	}
	if problem != nil {
		return nil, problem
	}
	if edge == "" {
		return c.show(n, fields)
	}
	list, problem := c.edge(n, edge)
	if problem != nil {
		return nil, problem
	}
	return c.showList(list, fields, c.shown())
}

func (c *graphCall) edge(n graphNode, edge string) (graphEdge, *graphRefusal) {
	switch n := n.(type) {
	case *Page:
		return c.pageEdge(n, edge)
	case *Entry:
		if edge == "comments" {
			return c.remarks(n, nil, c.shown())
		}
	case *Remark:
		if edge == "comments" {
			return c.remarks(n.entry, n, c.shown())
		}
	default:
		return c.igEdge(n, edge)
	}
	return graphEdge{}, graphRefuse(100, 0, "(#100) Unknown path component")
}

// readMany is ids=a,b: one that is not there spoils the whole call.
func (c *graphCall) readMany(fields []graphField) (any, *graphRefusal) {
	ids := strings.Split(c.params.Get("ids"), ",")
	if ids[0] == "" || len(ids) > 50 {
		return nil, graphMissing("ids")
	}
	out := map[string]any{}
	for _, id := range ids {
		n, problem := c.node(id)
		if problem == nil {
			out[id], problem = c.show(n, fields)
		}
		if problem != nil {
			return nil, problem
		}
	}
	return out, nil
}

// write is a POST.
func (c *graphCall) write(id, edge string) (any, *graphRefusal) {
	n, problem := c.node(id)
	if problem != nil {
		return nil, problem
	}
	if c.by.page != nil {
		if edge != "comments" {
			return nil, graphRefuse(100, 0, "(#100) Unknown path component")
		}
		return c.comment(n)
	}
	return c.igReply(n, edge)
}
