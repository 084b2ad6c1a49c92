package monitor

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
)

// Probe asks cheap things with each token: a service key reads and searches, a
// community's key is that community's, and may be told of its events, which
// needs the same right to manage it as answering does. Whether an answer is
// taken is seen only by writing one, so nothing is written.
func (n *vk) Probe(ctx context.Context) []Capability {
	var out []Capability
	for _, t := range n.readers {
		read := n.with(ctx, t, "groups.getById", url.Values{"group_ids": {"1"}}, new(vkGroupList))
		search := read
		if read == nil {
			search = n.with(ctx, t, "newsfeed.search", url.Values{"q": {"вода"}, "count": {"1"}}, new(vkList[vkPost]))
		}
		out = append(out, Capability{Key: t.key, Number: t.number, What: "read", Err: read}, Capability{Key: t.key, Number: t.number, What: "search", Err: search})
	}
	for _, owner := range n.owners() {
		t := n.writers[owner]
		var self vkGroupList
		err := n.with(ctx, t, "groups.getById", url.Values{}, &self)
		if err == nil && (len(self.Groups) != 1 || -int64(self.Groups[0].ID) != owner) {
			err = BadConfig{What: fmt.Sprintf("the token of community %d belongs to another one", -owner)}
		}
		events := err
		if err == nil {
			events = n.with(ctx, t, "groups.getLongPollServer", url.Values{"group_id": {strconv.FormatInt(-owner, 10)}}, new(vkPollServer))
		}
		out = append(out, Capability{Key: t.key, Number: t.number, What: "publish", Err: err}, Capability{Key: t.key, Number: t.number, What: "events", Err: events})
	}
	return out
}
