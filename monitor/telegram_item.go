package monitor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// items makes posts of what was said in a chat, an album being one.
func (n telegram) items(ctx context.Context, c storage.Chat, albums [][]storage.Heard) (list []Item, err error) {
	threads := map[int64]storage.Discussion{}
	for _, parts := range albums {
		h := oneMessage(parts)
		root, known := threads[h.Thread]
		if !known && h.Thread != 0 {
			root, err = n.store.DiscussionAt(ctx, c.ID, h.Thread)
			if err != nil && !errors.Is(err, storage.ErrNotFound) {
				return nil, fmt.Errorf("what thread %d comments: %w", h.Thread, err)
			}
			threads[h.Thread] = root
		}
		list = append(list, telegramItem(c, h, root))
	}
	return list, nil
}

// oneMessage is an album as one message: the one that has its words, with the
// pictures of all.
func oneMessage(parts []storage.Heard) storage.Heard {
	h := parts[0]
	photos, videos := 0, 0
	for _, p := range parts {
		if h.Text == "" && p.Text != "" {
			h = p
		}
		photos, videos = photos+p.Photos, videos+p.Videos
	}
	h.Photos, h.Videos = photos, videos
	return h
}

// telegramItem is what was said in a chat, as a post. root is the channel's
// post that its thread comments, the zero value for none.
func telegramItem(c storage.Chat, h storage.Heard, root storage.Discussion) Item {
	i := Item{
		Post: storage.Post{
			Network: links.Telegram, Kind: links.Post, ExternalID: telegramID(c.Key(), h.Message),
			Text: h.Text, Photos: h.Photos, Videos: h.Videos, PublishedAt: time.Unix(h.Written, 0),
		},
		Own: h.Own, Closed: c.Username == "" && root.Post.Name == "",
	}
	if h.Author != 0 {
		i.AuthorID = strconv.FormatInt(h.Author, 10)
	}
	if h.Edited {
		i.Fate = storage.PostEdited
	}
	if h.Linked && h.Origin != nil {
		// The channel's post itself, which its discussion group shows.
		i.ExternalID = telegramID(keyOf(*h.Origin), h.Origin.Message)
		i.URL, i.Closed = postURL(*h.Origin), h.Origin.Name == ""
		return i
	}
	if h.Origin != nil {
		i.RepostOf = telegramID(keyOf(*h.Origin), h.Origin.Message)
	}
	i.URL = messageURL(c, h.Message)
	if h.ReplyTo != 0 {
		i.Kind, i.ReplyTo = links.Comment, telegramID(c.Key(), h.ReplyTo)
		i.ParentURL, i.ParentText = messageURL(c, h.ReplyTo), h.ReplyText
	}
	if root.Message != 0 {
		post := postURL(root.Post)
		i.Kind, i.ParentURL = links.Comment, post
		i.URL = post + "?comment=" + strconv.FormatInt(h.Message, 10)
		if h.ReplyTo == 0 || h.ReplyTo == root.Message {
			i.ReplyTo = telegramID(keyOf(root.Post), root.Post.Message)
		}
	}
	return i
}

// telegramID is a message's external id: its chat's public name, or the
// messenger's id of the chat, and the message's number.
func telegramID(chat string, message int64) string {
	return chat + "/" + strconv.FormatInt(message, 10)
}

// keyOf is how the ids of a chat's posts begin, as storage.Chat has it.
func keyOf(p storage.ChatPost) string {
	return storage.Chat{Address: p.Chat, Username: p.Name}.Key()
}

// postURL is the address of a channel's post.
func postURL(p storage.ChatPost) string {
	return messageURL(storage.Chat{Address: p.Chat, Username: p.Name}, p.Message)
}

// messageURL is the address of a message; "" in a basic group, whose messages
// have none.
func messageURL(c storage.Chat, message int64) string {
	if home := c.URL(); home != "" {
		return home + "/" + strconv.FormatInt(message, 10)
	}
	return ""
}
