package links

import (
	"regexp"
	"strings"
)

var (
	okName   = regexp.MustCompile(`^[A-Za-z0-9_.-]{2,64}$`)
	okNumber = regexp.MustCompile(`^group(\d{5,25})$`)
	// okCommentID is the id of a comment, whatever the network makes it of.
	okCommentID = regexp.MustCompile(`^[A-Za-z0-9_.:=+/-]{1,200}$`)
)

// okCommentMark stands before a comment's id behind # in the address of its
// topic. The network has no addresses of comments: this one leads to the topic,
// and yet is the comment's own.
const okCommentMark = "comment="

// okSections are paths of the site itself, no short names.
var okSections = map[string]bool{"feed": true, "search": true, "dk": true, "video": true, "music": true, "game": true, "messages": true, "discussions": true, "topic": true}

// parseOK reads groups, their topics, people's statuses, and comments by the
// address that only we give them.
func parseOK(a address) Link {
	path := make([]string, len(a.path))
	for i, part := range a.path {
		path[i] = strings.ToLower(part)
	}
	a.path = path
	switch {
	case a.at(0) == "group" && digits.MatchString(a.at(1)):
		return okGroup(a.at(1), "group/"+a.at(1), path[2:]).okComment(a.fragment)
	case okNumber.MatchString(a.at(0)):
		id := okNumber.FindStringSubmatch(a.at(0))[1]
		return okGroup(id, "group/"+id, path[1:]).okComment(a.fragment)
	case a.at(0) == "profile" && digits.MatchString(a.at(1)):
		return okProfile(a.at(1), path[2:]).okComment(a.fragment)
	case okName.MatchString(a.at(0)) && !okSections[a.at(0)] && a.at(0) != "group" && a.at(0) != "profile":
		return okGroup(a.at(0), a.at(0), path[1:]).okComment(a.fragment)
	}
	return Link{}
}

func okGroup(id, path string, rest []string) Link {
	home := "https://ok.ru/" + path
	switch {
	case len(rest) == 0:
		return Link{Kind: Community, ExternalID: id, Owner: id, URL: home}
	case len(rest) >= 2 && rest[0] == "topic" && digits.MatchString(rest[1]):
		topic := id + "/" + rest[1]
		return Link{Kind: Post, ExternalID: topic, RootID: topic, Owner: id, URL: home + "/topic/" + rest[1]}
	}
	return Link{}
}

func okProfile(id string, rest []string) Link {
	home := "https://ok.ru/profile/" + id
	switch {
	case len(rest) == 0:
		return Link{Kind: Profile, ExternalID: id, Owner: id, URL: home}
	case len(rest) >= 2 && rest[0] == "statuses" && digits.MatchString(rest[1]):
		status := id + "/" + rest[1]
		return Link{Kind: Post, ExternalID: status, RootID: status, Owner: id, URL: home + "/statuses/" + rest[1]}
	}
	return Link{}
}

// okComment is the comment under a topic that a fragment names, or the topic
// itself.
func (l Link) okComment(fragment string) Link {
	id, marked := strings.CutPrefix(fragment, okCommentMark)
	if l.Kind != Post || !marked || !okCommentID.MatchString(id) {
		return l
	}
	l.Kind, l.ExternalID, l.ParentID, l.URL = Comment, l.RootID+"/"+id, l.RootID, l.URL+"#"+okCommentMark+id
	return l
}
