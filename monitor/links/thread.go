package links

// Why a link does or does not belong to a post's thread, for whoever words it.
const (
	SameItself    = "itself"     // it leads to the post itself; the network may have no address for an answer
	SameChat      = "same_chat"  // a message of the same chat, not provably a reply
	OtherNetwork  = "network"    // it leads to another network
	OtherThread   = "thread"     // it stands under something else
	NotAMessage   = "not_post"   // a community, a person or a page, no message
	CannotBeKnown = "unknowable" // the addresses of this network do not tell
)

// SameThread tells whether answer, a link given by hand, belongs to the thread
// of post. The reason is one of the constants above; it is empty for an answer
// that plainly does.
func SameThread(post, answer Link) (belongs bool, reason string) {
	switch {
	case post.Network != answer.Network:
		return false, OtherNetwork
	case post.URL == answer.URL:
		return true, SameItself
	case answer.Network == Web:
		return false, CannotBeKnown
	case answer.ExternalID == "" || answer.RootID == "":
		return false, NotAMessage
	case post.RootID == answer.RootID:
		if answer.ExternalID == answer.RootID {
			return true, SameItself
		}
		return true, ""
	case post.Network == X:
		return false, CannotBeKnown
	case post.Network == Telegram && post.Owner == answer.Owner:
		return true, SameChat
	case post.Network == Telegram && named(post.Owner) != named(answer.Owner):
		return false, CannotBeKnown
	case post.Network == Facebook && fbBare(post) != fbBare(answer):
		return false, CannotBeKnown
	case post.Network == OK && digits.MatchString(post.Owner) != digits.MatchString(answer.Owner):
		return okTopic(post) == okTopic(answer), okReason(post, answer)
	case post.RootID == "":
		return false, CannotBeKnown
	}
	return false, OtherThread
}

func named(chat string) bool { return tgName.MatchString(chat) }

// fbBare tells whether the post is named without its owner's number or in the
// packed form, which cannot be compared with the other form.
func fbBare(l Link) bool { return !fbPair.MatchString(l.RootID) }

// okTopic is the topic's number, the same under a group's name and number.
func okTopic(l Link) string {
	for i := len(l.RootID) - 1; i >= 0; i-- {
		if l.RootID[i] == '/' {
			return l.RootID[i+1:]
		}
	}
	return l.RootID
}

func okReason(post, answer Link) string {
	if okTopic(post) == okTopic(answer) {
		return SameItself
	}
	return OtherThread
}
