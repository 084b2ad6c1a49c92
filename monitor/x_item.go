package monitor

import (
	"html"
	"slices"
	"strings"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	// reasonNotSummoned: the network takes an answer only under the post of
	// somebody who called our account or quoted it.
	reasonNotSummoned = xNotSummoned
	// xSummoned before the name of an account of ours stands as the reason of a
	// post under which that account may answer.
	xSummoned = "summoned:"

	xTextUnfit = "text"    // the network would not take the text
	xNotTaken  = "refused" // nobody knows why
)

// versions are the ids that the post has had, the first one first.
func (p *xPost) versions() []xString {
	if len(p.Versions) > 0 {
		return p.Versions
	}
	return p.Versions2
}

// externalID is the id under which all versions of the post are one.
func (p *xPost) externalID() string {
	if v := p.versions(); len(v) > 0 && v[0] != "" {
		return string(v[0])
	}
	return string(p.ID)
}

func (p *xPost) refs() []xRef { return slices.Concat(p.Refs, p.Refs2) }

// ref is the id of what the post refers to in a way; "" for none.
func (p *xPost) ref(kind string) string {
	for _, r := range p.refs() {
		if r.Type == kind {
			return string(r.ID)
		}
	}
	return ""
}

// whole is the post's text as people see it: whole, its addresses spelt out.
func (p *xPost) whole() string {
	text := p.Text
	for _, long := range []string{p.Note.Text, p.Note2.Text} {
		if long != "" {
			text = long
		}
	}
	var pairs []string
	for _, u := range p.Entities.URLs {
		switch {
		case u.Expanded == "" || u.URL == "":
		case p.shows(u.Expanded):
			pairs = append(pairs, u.URL, "") // a photo of its own, or the post that it quotes
		default:
			pairs = append(pairs, u.URL, u.Expanded)
		}
	}
	// At once, so that what was spelt out is not looked at again.
	text = strings.NewReplacer(pairs...).Replace(text)
	return strings.TrimSpace(html.UnescapeString(text))
}

// shows says that an address is that of something shown beside the text.
func (p *xPost) shows(address string) bool {
	l, err := links.Parse(address)
	if err != nil || l.Network != links.X {
		return false
	}
	return l.ExternalID != "" && (l.ExternalID == string(p.ID) || slices.Contains(p.versions(), xString(l.ExternalID)) || l.ExternalID == p.ref("quoted"))
}

// media counts by the keys, whose beginning tells the kind.
func (p *xPost) media() (photos, videos int) {
	for _, key := range p.Attachments.MediaKeys {
		if strings.HasPrefix(key, "3_") {
			photos++
		} else {
			videos++
		}
	}
	return photos, videos
}

// uncalled is a text without the names of our accounts at its beginning: they
// say whom it calls, not what it is about.
func (n *x) uncalled(text string) string {
	for {
		first, rest, _ := strings.Cut(text, " ")
		name, called := strings.CutPrefix(strings.TrimRight(first, ",.:!"), "@")
		if !called || rest == "" || n.accountNamed(name) == nil {
			return text
		}
		text = strings.TrimSpace(rest)
	}
}

// item is a post for monitor.
func (n *x) item(p *xPost) Item {
	id := p.externalID()
	address, _ := links.Permalink(links.X, links.Post, id)
	item := Item{AuthorID: string(p.AuthorID), Own: n.accountOf(string(p.AuthorID)) != nil, ReplyTo: p.ref("replied_to")}
	if item.RepostOf = p.ref("retweeted"); item.RepostOf == "" {
		item.RepostOf = p.ref("quoted")
	}
	item.Post = storage.Post{Network: links.X, Kind: links.Post, ExternalID: id, URL: address, Text: n.uncalled(p.whole()), PublishedAt: p.CreatedAt.Time}
	if item.ReplyTo != "" {
		item.Kind = links.Comment
		item.ParentURL, _ = links.Permalink(links.X, links.Post, item.ReplyTo)
	}
	if string(p.ID) != id {
		item.Fate = storage.PostEdited
	}
	item.Photos, item.Videos = p.media()
	item.PublishReason = n.summons(p)
	item.CanPublish, item.PublishReason = n.CanPublish(item.Post)
	return item
}

// summons says which account of ours the post's author called or quoted; ""
// for none.
func (n *x) summons(p *xPost) string {
	for _, a := range n.accounts {
		if string(p.AuthorID) == a.id {
			return ""
		}
		if string(p.ReplyToUser) == a.id {
			return xSummoned + a.name
		}
		for _, m := range p.Entities.Mentions {
			if string(m.ID) == a.id || strings.EqualFold(m.Username, a.name) {
				return xSummoned + a.name
			}
		}
		for _, u := range p.Entities.URLs {
			// Only a quoted post stands in the address with its author's name.
			l, err := links.Parse(u.Expanded)
			if err == nil && l.Network == links.X && l.ExternalID != "" && l.ExternalID == p.ref("quoted") && strings.EqualFold(l.Owner, a.name) {
				return xSummoned + a.name
			}
		}
	}
	return ""
}
