package bot

import (
	"context"
	"errors"
	"fmt"

	"otklik/storage"
)

// confirmJoin answers the question whether a member of the group that made an
// invite is meant by it. Which invite, the question says and not its button.
func (b *Bot) confirmJoin(ctx context.Context, a ask) (toast, error) {
	n, err := pressedNotice(a, "join_ask")
	if err != nil {
		return toast{}, err
	}
	if a.chat.Kind != storage.Private || a.person.ID == 0 {
		return toast{}, refused{}
	}
	if a.arg(0) != "yes" {
		return b.turn(ctx, a, "join_declined", nil)
	}
	v, err := b.store.InviteByID(ctx, number(n.Params, "invite"))
	if err != nil {
		return toast{}, fmt.Errorf("read an invite: %w", err)
	}
	role, err := b.store.JoinInvite(ctx, v.ID, a.person.ID)
	if errors.Is(err, storage.ErrConflict) {
		code, err := b.joinedInVain(ctx, a, v)
		if err != nil {
			return toast{}, err
		}
		return b.turn(ctx, a, code, nil)
	}
	if err != nil {
		return toast{}, fmt.Errorf("join: %w", err)
	}
	b.bell.ring()
	return b.turn(ctx, a, "joined_you", storage.Params{"role": role.ID, "kind": string(role.Kind), "region": role.Region, "body": role.Body})
}

// viewJoinAsk asks whether the invite is meant for who opened it.
func viewJoinAsk(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	v, err := b.store.InviteByID(ctx, number(n.Params, "invite"))
	if err != nil {
		return rendered{}, fmt.Errorf("read an invite: %w", err)
	}
	return rendered{
		text:    s.html("join_ask", storage.Params{"Kind": string(v.Kind), "Body": cleanLine(v.BodyName)}),
		buttons: [][]button{{s.button("button_join_yes", nil, data("join", 0, "yes")), s.button("button_join_no", nil, data("join", 0, "no"))}},
	}, s.err
}

// joining are the facts of a role that was given.
type joining struct {
	Kind, Body, Region, Name string
	Ended                    bool

	params storage.Params // of the notice that tells it
}

func (b *Bot) joining(ctx context.Context, m storage.Message) (j joining, err error) {
	n, err := noticeOf(m)
	if err != nil {
		return j, err
	}
	p := n.Params
	j = joining{params: p, Kind: word(p, "kind"), Name: cut(cleanLine(word(p, "name")), 60)}
	if id := number(p, "person"); id != 0 {
		person, err := b.store.Person(ctx, id)
		if err != nil {
			return j, fmt.Errorf("who came: %w", err)
		}
		j.Name = cut(cleanLine(person.Name), 60)
	}
	region := number(p, "region")
	if j.Kind == string(storage.OfficialRole) {
		o, err := b.store.Official(ctx, number(p, "role"))
		if err != nil {
			return j, fmt.Errorf("official: %w", err)
		}
		j.Body, j.Ended, region = cleanLine(o.BodyName), o.Ended, o.Region
	}
	if region != 0 {
		r, err := b.store.Region(ctx, region)
		if err != nil {
			return j, fmt.Errorf("region: %w", err)
		}
		j.Region = r.Name
	}
	return j, nil
}

// viewJoinedYou greets who came.
func viewJoinedYou(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	j, err := b.joining(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	r := rendered{text: s.html("joined_you", j)}
	if j.Kind == string(storage.StaffRole) {
		r.keyboard = staffKeys(s)
	}
	return r, s.err
}

// viewJoined tells the group who came, with the way to take it back.
func viewJoined(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	j, err := b.joining(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	r := rendered{text: s.html("joined", j)}
	if !j.Ended {
		r.buttons = [][]button{{s.button("button_remove", nil, data("remove", 0, number(j.params, "role")))}}
	}
	return r, s.err
}

// removeRole is «Убрать» below the notice that somebody came.
func (b *Bot) removeRole(ctx context.Context, a ask) (toast, error) {
	n, err := pressedNotice(a, "joined")
	if err != nil {
		return toast{}, err
	}
	role := number(n.Params, "role")
	err = b.store.EndRole(ctx, a.as, a.region.ID, role)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return toast{}, fmt.Errorf("end a role: %w", err)
	}
	b.bell.ring()
	return b.turn(ctx, a, "joined_removed", storage.Params{"person": number(n.Params, "person"), "kind": word(n.Params, "kind"), "role": role, "by": a.person.Name})
}

// viewRemoved says who is not here any more and who saw to it.
func viewRemoved(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	j, err := b.joining(ctx, m)
	if err != nil {
		return rendered{}, err
	}
	return rendered{text: s.html("joined_removed", struct {
		joining
		By string
	}{j, cut(cleanLine(word(j.params, "by")), 60)})}, s.err
}
