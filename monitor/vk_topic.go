package monitor

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// topic reads a community's discussion, the newest message first, down to what
// was seen.
func (r *vkReading) topic(ctx context.Context) error {
	group, topic, ok := strings.Cut(r.source.Address, "_")
	if _, err := strconv.ParseInt(group, 10, 64); err != nil || !ok {
		return BadConfig{What: "address of a topic"}
	}
	c := &r.cursor
	horizon := max(c.Start, r.now.Add(-vkLateness).Unix())
	stands, whole := map[int64]bool{}, false
	for offset := 0; ; {
		var page vkList[vkComment]
		err := r.read(ctx, "board.getComments", url.Values{
			"group_id": {group}, "topic_id": {topic}, "sort": {"desc"}, "extended": {"1"},
			"count": {strconv.Itoa(vkCommentPage)}, "offset": {strconv.Itoa(offset)},
		}, &page)
		if err != nil {
			return err
		}
		r.meet(vkGroups(page.Groups))
		oldest := r.now.Unix()
		for i := range page.Items {
			m := &page.Items[i]
			oldest = min(oldest, int64(m.Date))
			if m.Deleted != 0 {
				continue
			}
			stands[int64(m.ID)] = true
			if fresh, fate := c.Log.take(int64(m.ID), int64(m.Date), vkHash(vkText(m.Text))); fresh || fate != "" {
				r.emit(r.messageItem(group, topic, r.source.Name, m, r.groups), fate)
			}
		}
		// Two pages share some, so that a deletion between them hides none.
		offset += vkStep(page.Items, func(m vkComment) vkInt { return m.ID })
		whole = oldest < horizon || len(stands) >= int(page.Count)
		if len(page.Items) == 0 || oldest < horizon || offset+vkWallOverlap >= int(page.Count) {
			break
		}
	}
	if whole { // else a list that ended too soon proves nothing
		for _, s := range c.Log.lost(horizon, stands) {
			r.emit(vkRemoved(links.Comment, fmt.Sprintf("t%s_%s_%d", group, topic, s[0]), s[1]), storage.PostRemoved)
		}
	}
	c.Newest = r.now.Unix()
	c.Log.fold(horizon)
	return nil
}

// messageItem is a message of a discussion. The network takes answers there
// from people only.
func (n *vk) messageItem(group, topic, title string, m *vkComment, groups map[int64]vkGroup) Item {
	id := fmt.Sprintf("t%s_%s_%d", group, topic, m.ID)
	owner, _ := strconv.ParseInt("-"+group, 10, 64)
	item := Item{AuthorID: vkAuthor(m.FromID), Own: n.own(int64(m.FromID))}
	item.Post = storage.Post{
		Network: links.VK, Kind: links.Comment, ExternalID: id, URL: vkURL(links.Comment, id),
		ParentURL: vkURL(links.Topic, fmt.Sprintf("t%s_%s", group, topic)), ParentText: title,
		SourceURL: vkOwnerURL(owner), SourceName: groups[owner].Name, Text: vkText(m.Text),
		PublishedAt: time.Unix(int64(m.Date), 0).UTC(),
	}
	if to := int64(m.ReplyTo); to != 0 {
		item.ReplyTo = fmt.Sprintf("t%s_%s_%d", group, topic, to)
	}
	item.Photos, item.Videos = vkMedia(m.Attachments)
	n.publishable(&item, vkUnknown)
	return item
}
