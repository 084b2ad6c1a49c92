package bot

import (
	"context"

	"otklik/storage"
)

// right says who may do something, and where. It comes from the chat and the
// person, never from the data of a button.
type right int

const (
	anybody     right = iota
	inGroup           // in the admin group of the incident's region
	itsOfficial       // the incident's official, in his private chat
	asOwner           // an owner, in his private chat
	asMember          // in any region's admin group
	atWork            // in the group, or an official of the region in his private chat: the workflow judges whose it is
)

// refused says that somebody may not do what he asked for. It tells nothing
// about what he asked for.
type refused struct{}

func (refused) Error() string { return "not allowed" }

// may says whether somebody has the right; else the error to be worded.
func (b *Bot) may(ctx context.Context, a ask, r right) error {
	group := a.chat.Purpose == storage.AdminChat && (a.incident.ID == 0 || a.incident.Region == a.region.ID)
	private := a.chat.Purpose == storage.PrivateChat && a.person.ID != 0
	ok := false
	switch r {
	case anybody:
		ok = true
	case inGroup:
		ok = group
	case asMember:
		ok = a.chat.Purpose == storage.AdminChat
	case asOwner:
		ok = private && a.owner
	case itsOfficial:
		if !private || a.incident.ID == 0 {
			break
		}
		return b.mine(ctx, a)
	case atWork:
		if ok = group; ok || !private || a.incident.ID == 0 {
			break
		}
		var err error
		if ok, err = b.officialIn(ctx, a.person.ID, a.incident.Region); err != nil {
			return err
		}
	}
	if !ok {
		return refused{}
	}
	return nil
}

// mine refuses whoever is not the incident's official; another official of
// the region is told so, anybody else nothing.
func (b *Bot) mine(ctx context.Context, a ask) error {
	if a.incident.Official != 0 {
		o, err := b.store.Official(ctx, a.incident.Official)
		if err != nil {
			return err
		}
		if o.Person == a.person.ID && !o.Ended {
			return nil
		}
	}
	colleague, err := b.officialIn(ctx, a.person.ID, a.incident.Region)
	if err != nil {
		return err
	}
	if !colleague {
		return refused{}
	}
	return &storage.Conflict{Incident: a.incident, NotYours: true}
}
