package bot

import "context"

// right says who may do something, and where. It comes from the chat and the
// person, never from the data of a button.
type right int

const (
	anybody     right = iota
	inGroup           // in the admin group of the incident's region
	itsOfficial       // the incident's official, in his private chat
	asOwner           // an owner, in his private chat
	asMember          // in any region's admin group
)

// action is what a button does. The data of a button is "name:incident:…".
type action struct {
	who right
	do  func(b *Bot, ctx context.Context, a ask) (toast, error)
}

// actions lists every button.
func actions() map[string]action {
	return map[string]action{}
}
