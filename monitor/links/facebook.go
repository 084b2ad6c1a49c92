package links

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	fbID   = regexp.MustCompile(`^(\d{1,25}|pfbid[A-Za-z0-9]{10,120})$`)
	fbPair = regexp.MustCompile(`^(\d{1,25})_(\d{1,25})$`)
)

// fbSections are paths of the site itself, no names of pages.
var fbSections = map[string]bool{
	"groups": true, "watch": true, "reel": true, "share": true, "hashtag": true, "events": true, "photo": true, "photo.php": true,
	"permalink.php": true, "story.php": true, "profile.php": true, "l.php": true, "login": true, "sharer": true, "pages": true, "people": true,
}

// fbName tells whether a part of a path can name a page or a group. A regexp
// with a count of such wide classes would take megabytes.
func fbName(part string) bool {
	n := utf8.RuneCountInString(part)
	return n >= 2 && n <= 80 && !strings.ContainsFunc(part, func(r rune) bool {
		return r != '.' && r != '-' && !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}

// parseFacebook reads posts of pages and groups, photos and videos, and the
// comments under them. A post's id is owner_post where the owner is known by
// number, as the network's interface gives it, else the bare number.
func parseFacebook(a address) Link {
	q := a.query
	switch head := strings.ToLower(a.at(0)); {
	case head == "permalink.php" || head == "story.php":
		return fbPost(q.Get("id"), q.Get("story_fbid"), a)
	case head == "photo.php" || head == "photo":
		return fbMedia(Photo, "photo?fbid=", q.Get("fbid"), a)
	case head == "watch":
		return fbMedia(Video, "watch?v=", q.Get("v"), a)
	case head == "reel":
		return fbMedia(Video, "watch?v=", a.at(1), a)
	case head == "profile.php" && digits.MatchString(q.Get("id")):
		return Link{Kind: Community, ExternalID: q.Get("id"), Owner: q.Get("id"), URL: "https://www.facebook.com/profile.php?id=" + q.Get("id")}
	case head == "hashtag" && a.at(1) != "" && tagOnly(a.at(1)):
		tag := strings.ToLower(a.at(1))
		return Link{Kind: Hashtag, ExternalID: tag, URL: "https://www.facebook.com/hashtag/" + tag}
	case head == "groups":
		return fbGroup(a)
	case fbPair.MatchString(head):
		m := fbPair.FindStringSubmatch(head)
		return fbPost(m[1], m[2], a)
	case fbName(head) && !fbSections[head]:
		return fbOfPage(head, a)
	}
	return Link{}
}

func fbOfPage(name string, a address) Link {
	last := a.at(len(a.path) - 1)
	switch a.at(1) {
	case "":
		return Link{Kind: Community, ExternalID: name, Owner: name, URL: "https://www.facebook.com/" + name}
	case "posts":
		return fbPost(name, last, a)
	case "videos":
		return fbMedia(Video, "watch?v=", last, a)
	case "photos":
		return fbMedia(Photo, "photo?fbid=", last, a)
	}
	return Link{}
}

func fbPost(owner, post string, a address) Link {
	owner = strings.ToLower(owner)
	if !fbID.MatchString(post) || !fbName(owner) {
		return Link{}
	}
	id, address := post, "https://www.facebook.com/"+owner+"/posts/"+post
	if digits.MatchString(owner) && digits.MatchString(post) {
		id = owner + "_" + post
		address = "https://www.facebook.com/" + id
	}
	return fbComment(Link{Kind: Post, ExternalID: id, RootID: id, Owner: owner, URL: address}, post, a)
}

func fbGroup(a address) Link {
	group := strings.ToLower(a.at(1))
	if !fbName(group) {
		return Link{}
	}
	home := "https://www.facebook.com/groups/" + group
	post := a.at(3)
	switch {
	case a.at(2) == "":
		return Link{Kind: Community, ExternalID: group, Owner: group, URL: home}
	case a.at(2) != "posts" && a.at(2) != "permalink" || !fbID.MatchString(post):
		return Link{}
	}
	id := post
	if digits.MatchString(group) && digits.MatchString(post) {
		id = group + "_" + post
	}
	return fbComment(Link{Kind: Post, ExternalID: id, RootID: id, Owner: group, URL: home + "/posts/" + post}, post, a)
}

func fbMedia(kind, path, id string, a address) Link {
	if !digits.MatchString(id) {
		return Link{}
	}
	return fbComment(Link{Kind: kind, ExternalID: id, RootID: id, URL: "https://www.facebook.com/" + path + id}, id, a)
}

// fbComment turns the link of a post into that of a comment under it. The id
// of a comment is post_comment.
func fbComment(link Link, post string, a address) Link {
	comment := fbCommentID(a.query.Get("comment_id"))
	if comment == "" {
		return link
	}
	link.Kind, link.ParentID = Comment, link.RootID
	sep := "?"
	if strings.Contains(link.URL, "?") {
		sep = "&"
	}
	if reply := fbCommentID(a.query.Get("reply_comment_id")); reply != "" {
		link.ParentID = post + "_" + comment
		comment = reply
	}
	link.ExternalID = post + "_" + comment
	link.URL += sep + "comment_id=" + comment
	if sep == "&" {
		link.URL = sortedQuery(link.URL)
	}
	return link
}

// fbCommentID reads a number, or the packed form "comment:POST_COMMENT".
func fbCommentID(value string) string {
	if digits.MatchString(value) {
		return value
	}
	plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil {
		return ""
	}
	pair, ok := strings.CutPrefix(string(plain), "comment:")
	if m := fbPair.FindStringSubmatch(pair); ok && m != nil {
		return m[2]
	}
	return ""
}

// sortedQuery puts the two parameters of an address in order.
func sortedQuery(address string) string {
	head, query, _ := strings.Cut(address, "?")
	first, second, _ := strings.Cut(query, "&")
	return head + "?" + min(first, second) + "&" + max(first, second)
}
