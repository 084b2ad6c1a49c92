package sandbox

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// list is the answer of most methods.
type list struct {
	Count        int    `json:"count"`
	TotalCount   *int   `json:"total_count,omitempty"`
	CurrentLevel *int   `json:"current_level_count,omitempty"`
	Items        []any  `json:"items"`
	Profiles     []any  `json:"profiles,omitempty"`
	Groups       []any  `json:"groups,omitempty"`
	NextFrom     string `json:"next_from,omitempty"`
	CanPost      *bool  `json:"can_post,omitempty"`
	GroupsCan    *bool  `json:"groups_can_post,omitempty"`
}

// json is a post as the network tells it.
func (p *Post) json() map[string]any {
	open := !p.options.CommentsClosed
	out := map[string]any{
		"id": p.id, "owner_id": p.wall.owner, "from_id": p.from, "date": p.at.Unix(), "text": p.text, "post_type": "post",
		"comments":    map[string]any{"count": p.alive(nil), "can_post": flag(open), "groups_can_post": open},
		"attachments": p.attachments(), "marked_as_ads": 0,
		"likes": map[string]any{"count": 0}, "hash": textHash(p.text),
	}
	if !p.edited.IsZero() {
		out["edited"] = p.edited.Unix()
	}
	if p.options.Pinned {
		out["is_pinned"] = 1
	}
	if o := p.options.Repost; o != nil {
		out["copy_history"] = []any{map[string]any{
			"id": o.id, "owner_id": o.wall.owner, "from_id": o.from, "date": o.at.Unix(), "text": o.text, "post_type": "post", "attachments": o.attachments()}}
	}
	return out
}

func (p *Post) attachments() []any {
	out := []any{}
	for i := range p.options.Photos {
		out = append(out, map[string]any{"type": "photo", "photo": map[string]any{"id": i + 1, "owner_id": p.from}})
	}
	for i := range p.options.Videos {
		out = append(out, map[string]any{"type": "video", "video": map[string]any{"id": i + 1, "owner_id": p.from}})
	}
	return out
}

// json is a comment as the network tells it.
func (c *Comment) json() map[string]any {
	parents := []int64{}
	if c.thread != nil {
		parents = append(parents, c.thread.id)
	}
	out := map[string]any{
		"id": c.id, "from_id": c.from, "date": c.at.Unix(), "text": c.text,
		"post_id": c.post.id, "owner_id": c.post.wall.owner, "parents_stack": parents,
	}
	if c.answers != nil {
		out["reply_to_comment"], out["reply_to_user"] = c.answers.id, c.answers.from
	}
	if c.deleted {
		out["deleted"], out["text"], out["from_id"] = true, "", 0
	}
	return out
}

// who lists the authors that the answer's items name.
func (v *VK) who(ids []int64) (profiles, groups []any) {
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if id < 0 {
			if w := v.wallOf(id); w != nil {
				groups = append(groups, w.json())
			}
			continue
		}
		for _, p := range v.people {
			if p.id == id && !p.hidden {
				first, last, _ := strings.Cut(p.name, " ")
				profiles = append(profiles, map[string]any{"id": p.id, "first_name": first, "last_name": last, "is_closed": false, "screen_name": fmt.Sprintf("id%d", p.id)})
			}
		}
	}
	return profiles, groups
}

// json is a community as the network tells it.
func (w *Wall) json() map[string]any {
	return map[string]any{"id": -w.owner, "name": w.name, "screen_name": w.slug(), "is_closed": flag(w.private), "type": "group"}
}

// slug is the short name, or the one that every community has.
func (w *Wall) slug() string {
	if w.screenName != "" {
		return w.screenName
	}
	return fmt.Sprintf("club%d", -w.owner)
}

// wallOf is an owner's wall; nil when there is none.
func (v *VK) wallOf(owner int64) *Wall { return v.byOwner[owner] }

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

func textHash(text string) string {
	h := fnv.New64a()
	h.Write([]byte(text))
	return fmt.Sprintf("%x", h.Sum64())
}

// disturb changes the order of a list's items; nil changes nothing.
func (f *Fault) disturb(response any) {
	answer, ok := response.(*list)
	if f == nil || !ok {
		return
	}
	if f.Empty {
		answer.Items = []any{}
	}
	if f.Repeat {
		var twice []any
		for _, item := range answer.Items {
			twice = append(twice, item, item)
		}
		answer.Items = twice
	}
	if f.Reverse {
		slices.Reverse(answer.Items)
	}
}
