package monitor

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"otklik/monitor/links"
	"otklik/storage"
)

// FetchPost reads one post or comment of a wall, or one message of a topic.
func (n *vk) FetchPost(ctx context.Context, externalID string) (Item, error) {
	if rest, ok := strings.CutPrefix(externalID, "t"); ok {
		return n.fetchMessage(ctx, rest)
	}
	place, ok := vkPlaceOf(externalID)
	if !ok {
		return Item{}, BadConfig{What: "id of a post"}
	}
	p, groups, err := n.onePost(ctx, place.postID())
	if err != nil {
		return Item{}, err
	}
	if place.comment == 0 {
		return n.postItem(p, groups), nil
	}
	var item *Item
	texts := map[int64]vkComment{}
	err = n.eachComment(ctx, p, func(c vkComment) bool {
		texts[int64(c.ID)] = vkComment{ID: c.ID, Text: c.Text}
		if int64(c.ID) == place.comment && c.Deleted == 0 {
			found := n.commentItem(p, &c, vkParent(&c, texts), groups)
			item = &found
		}
		return item == nil
	})
	if err != nil {
		return Item{}, fmt.Errorf("read comment %s of vk: %w", externalID, err)
	}
	if item == nil {
		return Item{}, fmt.Errorf("comment %s of vk: %w", externalID, Gone{})
	}
	return *item, nil
}

// onePost reads a post at once; Gone when the network does not show it.
func (n *vk) onePost(ctx context.Context, id string) (*vkPost, map[int64]vkGroup, error) {
	page, err := n.byID(ctx, []string{id})
	if err != nil {
		return nil, nil, err
	}
	for i := range page.Items {
		if p := &page.Items[i]; p.externalID() == id && p.Deleted == 0 {
			return p, vkGroups(page.Groups), nil
		}
	}
	return nil, nil, fmt.Errorf("post %s of vk: %w", id, Gone{})
}

// fetchMessage reads group_topic_message.
func (n *vk) fetchMessage(ctx context.Context, id string) (Item, error) {
	parts := strings.Split(id, "_")
	if len(parts) != 3 {
		return Item{}, BadConfig{What: "id of a message"}
	}
	var page vkList[vkComment]
	err := n.read(ctx, "board.getComments", url.Values{
		"group_id": {parts[0]}, "topic_id": {parts[1]}, "start_comment_id": {parts[2]}, "count": {"1"}, "extended": {"1"}, "sort": {"asc"}}, &page)
	if err != nil {
		return Item{}, fmt.Errorf("read message %s of vk: %w", id, err)
	}
	if len(page.Items) == 0 || strconv.FormatInt(int64(page.Items[0].ID), 10) != parts[2] || page.Items[0].Deleted != 0 {
		return Item{}, fmt.Errorf("message %s of vk: %w", id, Gone{})
	}
	return n.messageItem(parts[0], parts[1], "", &page.Items[0], vkGroups(page.Groups)), nil
}

// Resolve makes a source of a community's, a topic's or a post's address. A
// person's page is no source.
func (n *vk) Resolve(ctx context.Context, l links.Link) (storage.Source, error) {
	s := storage.Source{Network: links.VK, URL: l.URL}
	var owner int64
	var err error
	switch l.Kind {
	case links.Community:
		if owner, err = n.resolve(ctx, l.ExternalID); err != nil {
			return s, err
		}
		s.Kind, s.Address = vkKindCommunity, strconv.FormatInt(owner, 10)
	case links.Post, links.Comment, links.Topic:
		if strings.HasPrefix(l.RootID, "t") {
			s.Kind, s.Address = vkKindTopic, l.RootID[1:]
		} else {
			s.Kind, s.Address = vkKindPost, l.RootID
		}
		if owner, err = strconv.ParseInt(l.Owner, 10, 64); err != nil {
			return s, BadConfig{What: "address"}
		}
		s.URL = vkURL(links.Post, l.RootID)
	default:
		return s, BadConfig{What: "person"}
	}
	if owner > 0 {
		return s, BadConfig{What: "person"}
	}
	g, err := n.group(ctx, -owner)
	if err != nil {
		return s, err
	}
	s.Name = g.Name
	return s, nil
}

// resolve is the owner id of a short name, or of an id itself.
func (n *vk) resolve(ctx context.Context, name string) (int64, error) {
	if id, err := strconv.ParseInt(name, 10, 64); err == nil {
		return id, nil
	}
	var found vkOne[struct {
		ID   vkInt  `json:"object_id"`
		Type string `json:"type"`
	}]
	if err := n.read(ctx, "utils.resolveScreenName", url.Values{"screen_name": {name}}, &found); err != nil {
		return 0, fmt.Errorf("look up a name in vk: %w", err)
	}
	switch {
	case found.Value == nil || found.Value.ID == 0:
		return 0, fmt.Errorf("look up a name in vk: %w", Gone{})
	case found.Value.Type == "group" || found.Value.Type == "page" || found.Value.Type == "event":
		return -int64(found.Value.ID), nil
	}
	return 0, BadConfig{What: "person"}
}

// vkGroupList is the answer of groups.getById.
type vkGroupList struct {
	Groups []vkGroup `json:"groups"`
}

func (n *vk) group(ctx context.Context, id int64) (vkGroup, error) {
	var found vkGroupList
	err := n.read(ctx, "groups.getById", url.Values{"group_ids": {strconv.FormatInt(id, 10)}}, &found)
	switch {
	case err != nil:
		return vkGroup{}, fmt.Errorf("look up a community of vk: %w", err)
	case len(found.Groups) == 0 || found.Groups[0].Deleted == "deleted":
		return vkGroup{}, fmt.Errorf("look up a community of vk: %w", Gone{})
	case found.Groups[0].Deleted != "" || found.Groups[0].IsClosed != 0:
		return vkGroup{}, fmt.Errorf("look up a community of vk: %w", Forbidden{})
	}
	return found.Groups[0], nil
}
