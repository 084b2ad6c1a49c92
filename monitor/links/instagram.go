package links

import (
	"regexp"
	"strings"
)

var (
	igCode = regexp.MustCompile(`^[A-Za-z0-9_-]{5,64}$`)
	igUser = regexp.MustCompile(`^[A-Za-z0-9_.]{1,30}$`)
)

// igSections are paths of the site itself, no user names.
var igSections = map[string]bool{"explore": true, "stories": true, "accounts": true, "direct": true, "p": true, "reel": true, "reels": true, "tv": true, "c": true}

// parseInstagram reads media by their short code, comments under them,
// accounts and hashtags.
func parseInstagram(a address) Link {
	head := strings.ToLower(a.at(0))
	switch {
	case igMedia(head) && igCode.MatchString(a.at(1)):
		return igPost("", a.path[1:])
	case igMedia(a.at(1)) && igUser.MatchString(head) && igCode.MatchString(a.at(2)):
		return igPost(head, a.path[2:])
	case head == "explore" && a.at(1) == "tags" && a.at(2) != "" && tagOnly(a.at(2)):
		tag := strings.ToLower(a.at(2))
		return Link{Kind: Hashtag, ExternalID: tag, URL: "https://www.instagram.com/explore/tags/" + tag + "/"}
	case len(a.path) == 1 && igUser.MatchString(head) && !igSections[head]:
		return Link{Kind: Community, ExternalID: head, Owner: head, URL: "https://www.instagram.com/" + head + "/"}
	}
	return Link{}
}

func igMedia(part string) bool {
	return part == "p" || part == "reel" || part == "reels" || part == "tv"
}

// igPost reads CODE, CODE/c/COMMENT and CODE/c/COMMENT/r/REPLY.
func igPost(owner string, rest []string) Link {
	code := rest[0]
	link := Link{Kind: Post, ExternalID: code, RootID: code, Owner: owner, URL: "https://www.instagram.com/p/" + code + "/"}
	if len(rest) < 3 || rest[1] != "c" || !digits.MatchString(rest[2]) {
		return link
	}
	link.Kind, link.ExternalID, link.ParentID = Comment, rest[2], code
	if len(rest) >= 5 && rest[3] == "r" && digits.MatchString(rest[4]) {
		link.ExternalID, link.ParentID = rest[4], rest[2]
	}
	link.URL += "c/" + link.ExternalID + "/"
	return link
}
