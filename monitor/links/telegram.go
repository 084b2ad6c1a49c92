package links

import (
	"regexp"
	"strings"
)

var tgName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{3,31}$`)

// tgSections are paths with a meaning of their own, no names.
var tgSections = map[string]bool{"joinchat": true, "addstickers": true, "share": true, "proxy": true, "addlist": true, "iv": true, "setlanguage": true, "login": true, "confirmphone": true}

// parseTelegram reads messages of public chats by name and of private ones by
// number. A chat that is known by number gets the form of the Bot API, -100….
func parseTelegram(a address) Link {
	path := a.path
	if a.at(0) == "s" {
		path = path[1:]
	}
	if len(path) == 0 {
		return Link{}
	}
	name := strings.ToLower(path[0])
	switch {
	case name == "c" && len(path) >= 2 && digits.MatchString(path[1]):
		return tgMessage("-100"+path[1], "https://t.me/c/"+path[1], path[2:], a)
	case tgSections[name] || !tgName.MatchString(name):
		return Link{}
	case len(path) == 1:
		return Link{Kind: Community, ExternalID: name, Owner: name, URL: "https://t.me/" + name}
	}
	return tgMessage(name, "https://t.me/"+name, path[1:], a)
}

// tgMessage reads ID and THREAD/ID, with ?thread= and ?comment=. A comment
// stands in the channel's discussion group, whose name the address does not
// tell, so its id continues that of the channel's post.
func tgMessage(chat, home string, rest []string, a address) Link {
	thread := a.query.Get("thread")
	if len(rest) == 2 {
		thread, rest = rest[0], rest[1:]
	}
	if len(rest) != 1 || !digits.MatchString(rest[0]) {
		return Link{}
	}
	id := chat + "/" + rest[0]
	link := Link{Kind: Post, ExternalID: id, RootID: id, Owner: chat, URL: home + "/" + rest[0]}
	if digits.MatchString(thread) && thread != rest[0] {
		link.Kind, link.RootID, link.ParentID = Comment, chat+"/"+thread, chat+"/"+thread
		link.URL += "?thread=" + thread
	}
	if comment := a.query.Get("comment"); digits.MatchString(comment) {
		link.Kind, link.ParentID, link.RootID = Comment, id, id
		link.ExternalID = id + "/" + comment
		link.URL = home + "/" + rest[0] + "?comment=" + comment
	}
	return link
}
