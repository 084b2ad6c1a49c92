package links

import (
	"regexp"
	"strings"
	"unicode"
)

var xUser = regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`)

// xSections are paths of the site itself, no user names.
var xSections = map[string]bool{"i": true, "search": true, "hashtag": true, "home": true, "explore": true, "intent": true, "share": true, "settings": true, "login": true}

// parseX reads posts, accounts and hashtags. An address does not tell a reply
// from a post; its canonical form leaves the user name out, which may change.
func parseX(a address) Link {
	user := strings.ToLower(a.at(0))
	switch {
	case user == "i" && a.at(1) == "web" && isStatus(a.at(2)) && digits.MatchString(a.at(3)):
		return xPost("", a.at(3))
	case user == "i" && isStatus(a.at(1)) && digits.MatchString(a.at(2)):
		return xPost("", a.at(2))
	case user == "hashtag" && a.at(1) != "" && tagOnly(a.at(1)):
		tag := strings.ToLower(a.at(1))
		return Link{Kind: Hashtag, ExternalID: tag, URL: "https://x.com/hashtag/" + tag}
	case !xUser.MatchString(user) || xSections[user]:
		return Link{}
	case isStatus(a.at(1)) && digits.MatchString(a.at(2)):
		return xPost(user, a.at(2))
	case len(a.path) == 1:
		return Link{Kind: Community, ExternalID: user, Owner: user, URL: "https://x.com/" + user}
	}
	return Link{}
}

func isStatus(part string) bool { return part == "status" || part == "statuses" }

func xPost(user, id string) Link {
	return Link{Kind: Post, ExternalID: id, RootID: id, Owner: user, URL: "https://x.com/i/web/status/" + id}
}

// tagOnly tells whether a part of a path can be a hashtag.
func tagOnly(part string) bool {
	return !strings.ContainsFunc(part, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
