package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// ref names a group or a person.
func (g *OKGroup) ref(author *okPerson) string {
	if author == nil {
		return "group:" + g.ID()
	}
	return fmt.Sprintf("user:%d", author.id)
}

// json is a topic as the network tells it, with so many blocks at most; 0 is
// all.
func (t *OKTopic) json(limit int) map[string]any {
	text := func(s string) any {
		return map[string]any{"type": "text", "text": s, "text_tokens": []any{map[string]any{"text": s}}}
	}
	media := []any{}
	if n := t.options.Photos; n > 0 {
		refs := []string{}
		for i := range n {
			refs = append(refs, fmt.Sprintf("group_photo:%d%d", t.id, i))
		}
		media = append(media, map[string]any{"type": "photo", "photo_refs": refs})
	}
	if t.text != "" {
		media = append(media, text(t.text))
	}
	for i := range t.options.Videos {
		media = append(media, map[string]any{"type": "movie", "movie_refs": []string{fmt.Sprintf("movie:%d%d", t.id, i)}})
	}
	for _, more := range t.options.More {
		media = append(media, text(more))
	}
	if o := t.options.Repost; o != nil {
		media = append(media, map[string]any{"type": "topic", "reshare": true,
			"media_topic_refs": []string{fmt.Sprintf("mediatopic:%d", o.id)}, "reshare_owner_refs": []string{"group:" + o.group.ID()}})
	}
	if limit > 0 {
		media = window(media, 0, limit)
	}
	out := map[string]any{
		"id": strconv.FormatInt(t.id, 10), "created_ms": t.at.UnixMilli(), "media": media,
		"author_ref": t.group.ref(t.author), "owner_ref": "group:" + t.group.ID(),
	}
	if !t.group.o.opt.NoSummaries {
		out["discussion_summary"] = map[string]any{
			"discussion_type": "GROUP_TOPIC", "discussion_id": strconv.FormatInt(t.id, 10), "comments_count": len(t.alive())}
	}
	return out
}

// okZone is the zone of dates without one.
var okZone = time.FixedZone("MSK", 3*60*60)

// json is a comment as the network tells it.
func (c *OKComment) json() map[string]any {
	o := c.topic.group.o
	out := map[string]any{
		"id": c.id, "text": c.text, "date": c.at.In(okZone).Format(time.DateTime), "type": "ACTIVE_MESSAGE",
		"author_ref": c.topic.group.ref(c.author), "author_id": strconv.FormatInt(c.user, 10),
	}
	if !o.opt.NoMilliseconds {
		out["date_ms"] = c.at.UnixMilli()
	}
	switch {
	case c.author == nil:
		out["author_name"] = c.topic.group.name
	case c.author.hidden:
		delete(out, "author_ref")
		delete(out, "author_id")
	default:
		out["author_name"] = c.author.name
	}
	if c.answers != nil {
		out["reply_to_comment_id"] = c.answers.id
	}
	if c.deleted {
		out["type"], out["text"] = "REMOVED", ""
	}
	return out
}

// disturbOK changes the order of a list's items; nil changes nothing.
func (f *Fault) disturbOK(response any) {
	answer, ok := response.(map[string]any)
	if f == nil || !ok {
		return
	}
	for key, value := range answer {
		items, ok := value.([]any)
		if !ok {
			continue
		}
		if f.Repeat {
			var twice []any
			for _, item := range items {
				twice = append(twice, item, item)
			}
			items = twice
		}
		if f.Reverse {
			slices.Reverse(items)
		}
		answer[key] = items
	}
}

// asText writes the numbers of an answer as strings, where that is wanted.
func (o *OK) asText(value any) any {
	if !o.opt.NumbersAsText {
		return value
	}
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = o.asText(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = o.asText(inner)
		}
	case int, int64:
		return fmt.Sprint(v)
	}
	return value
}
