package links

import (
	"regexp"
	"strings"
)

var (
	vkComment = regexp.MustCompile(`^(-?\d{1,19})_(\d{1,19})(?:_(\d{1,19}))?$`)
	vkBoard   = regexp.MustCompile(`^t(\d{1,19})_(\d{1,19})(?:_(\d{1,19}))?$`)
	okTopicID = regexp.MustCompile(`^([A-Za-z0-9_.-]{2,64})/(\d{1,25})(?:/(.+))?$`)
	tgID      = regexp.MustCompile(`^(-100(\d{1,20})|[A-Za-z][A-Za-z0-9_]{3,31})/(\d{1,19})(?:/(\d{1,19}))?$`)
)

// Permalink is the public address of a stored post, as far as its id tells
// it. That of a comment in Одноклассники leads to its topic.
func Permalink(network, kind, externalID string) (string, bool) {
	var link Link
	switch network {
	case VK:
		if m := vkComment.FindStringSubmatch(externalID); m != nil {
			link = vkWallLink(m[1], m[2], m[3], "")
		} else if m := vkBoard.FindStringSubmatch(externalID); m != nil {
			link = vkTopicLink(m[1], m[2], m[3])
		} else {
			link = vkThing(externalID, address{})
		}
	case OK:
		if m := okTopicID.FindStringSubmatch(externalID); m != nil {
			link.URL = okAddress(m[1], m[2], m[3])
		}
	case Facebook:
		link.URL = fbAddress(kind, externalID)
	case Instagram:
		if kind == Post && igCode.MatchString(externalID) {
			link = igPost("", []string{externalID})
		}
	case X:
		if digits.MatchString(externalID) {
			link = xPost("", externalID)
		}
	case Telegram:
		link.URL = tgAddress(externalID)
	}
	return link.URL, link.URL != ""
}

func okAddress(owner, topic, comment string) string {
	path := strings.ToLower(owner)
	if digits.MatchString(owner) {
		path = "group/" + owner
	}
	link := okGroup(owner, path, []string{"topic", topic})
	if comment == "" {
		return link.URL
	}
	if link = link.okComment(okCommentMark + comment); link.Kind != Comment {
		return ""
	}
	return link.URL
}

// fbAddress: the network leads from the id itself to the post or comment.
func fbAddress(kind, id string) string {
	m := fbPair.FindStringSubmatch(id)
	switch {
	case m != nil && kind == Comment:
		return "https://www.facebook.com/" + m[1] + "?comment_id=" + m[2]
	case m != nil || digits.MatchString(id):
		return "https://www.facebook.com/" + id
	}
	return ""
}

func tgAddress(id string) string {
	m := tgID.FindStringSubmatch(id)
	if m == nil {
		return ""
	}
	home := "https://t.me/" + strings.ToLower(m[1])
	if m[2] != "" {
		home = "https://t.me/c/" + m[2]
	}
	if home += "/" + m[3]; m[4] != "" {
		home += "?comment=" + m[4]
	}
	return home
}
