package sandbox

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// okFields are what can be asked of a thing; another name refuses the call.
var okFields = map[string][]string{
	"media_topic": {"*", "id", "author_ref", "owner_ref", "created_ms", "discussion_summary", "media", "has_more"},
	"comment":     {"*", "id", "text", "date", "author_id", "author_name", "author_ref", "reply_to_id", "reply_to_comment_id", "type"},
	"group":       {"*", "uid", "name", "shortname"},
}

// fields refuses a call that asks for what a thing does not have.
func (c *okCall) fields(thing string) *refusal {
	for field := range strings.SplitSeq(c.params.Get("fields"), ",") {
		of, name, ok := strings.Cut(strings.ToLower(field), ".")
		if !ok {
			of, name = thing, of
		}
		if name != "" && !slices.Contains(okFields[of], name) {
			return okRefuse(100, "Field '"+field+"' does not exist")
		}
	}
	return nil
}

// urlInfo is url.getInfo: what an address names.
func (c *okCall) urlInfo() (any, *refusal) {
	u, err := url.Parse(c.params.Get("url"))
	if err != nil || u.Host == "" {
		return nil, okRefuse(100, "Invalid parameter url")
	}
	path := strings.Trim(u.Path, "/")
	for _, g := range c.o.groups {
		if path == "group/"+g.ID() || g.shortName != "" && strings.EqualFold(path, g.shortName) {
			return map[string]any{"objectId": g.id, "objectIdStr": g.ID(), "type": "GROUP"}, nil
		}
	}
	for _, p := range c.o.people {
		if path == "profile/"+strconv.FormatInt(p.id, 10) {
			return map[string]any{"objectId": p.id, "objectIdStr": strconv.FormatInt(p.id, 10), "type": "PROFILE"}, nil
		}
	}
	return map[string]any{"type": "UNKNOWN"}, nil
}

// groupInfo is group.getInfo: groups that are not there are left out.
func (c *okCall) groupInfo() (any, *refusal) {
	if problem := c.fields("group"); problem != nil {
		return nil, problem
	}
	out := []any{}
	for id := range strings.SplitSeq(c.params.Get("uids"), ",") {
		if g := c.o.group(id); g != nil {
			out = append(out, map[string]any{"uid": g.ID(), "name": g.name, "shortname": g.shortName})
		}
	}
	return out, nil
}

// loggedInUser is users.getLoggedInUser: a bare string.
func (c *okCall) loggedInUser() (any, *refusal) { return strconv.FormatInt(c.who.user, 10), nil }

// getCallsLeft is users.getCallsLeft. A method without a limit has very many.
func (c *okCall) getCallsLeft() (any, *refusal) {
	out := []any{}
	for method := range strings.SplitSeq(c.params.Get("methods"), ",") {
		left := 1_000_000
		if c.o.opt.PerDay[method] > 0 {
			left = c.o.callsLeft(c.token, method, c.now)
		}
		out = append(out, map[string]any{"name": method, "callsLeft": left, "available": left > 0})
	}
	return out, nil
}
