package bot

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"otklik/bot/texts"
	"otklik/storage"
)

// inviting reads who is invited: "official" with a body behind it, or "staff".
var inviting = map[string]storage.RoleKind{
	"official": storage.OfficialRole, "исполнитель": storage.OfficialRole, "исполнителя": storage.OfficialRole,
	"staff": storage.StaffRole, "сотрудник": storage.StaffRole, "сотрудника": storage.StaffRole, "аппарат": storage.StaffRole,
}

// invite is /invite official BODY and /invite staff: a text to forward to one
// person, who becomes that by opening the link in it.
func (b *Bot) invite(ctx context.Context, a ask) error {
	if ok, err := b.regional(ctx, a); !ok {
		return err
	}
	kindName, body, _ := strings.Cut(cleanLine(a.text), " ")
	kind, known := inviting[strings.ToLower(kindName)]
	if body = strings.TrimSpace(body); !known || kind == storage.OfficialRole && body == "" {
		return b.reply(ctx, a, "invite_usage", nil)
	}
	if kind == storage.StaffRole {
		body = ""
	}
	if utf8.RuneCountInString(body) > maxName {
		return wrong{"invite_long", storage.Params{"limit": maxName}}
	}
	return b.makeInvite(ctx, a, kind, body)
}

// inviteAgain is a button of /invite: somebody more for a body that is known
// already, or staff.
func (b *Bot) inviteAgain(ctx context.Context, a ask) (toast, error) {
	if _, err := pressedNotice(a, "invite_usage"); err != nil {
		return toast{}, err
	}
	if a.id(0) == 0 {
		return toast{}, b.makeInvite(ctx, a, storage.StaffRole, "")
	}
	body, err := b.store.Body(ctx, a.region.ID, a.id(0))
	if err != nil {
		return toast{}, err
	}
	return toast{}, b.makeInvite(ctx, a, storage.OfficialRole, body.Name)
}

func (b *Bot) makeInvite(ctx context.Context, a ask, kind storage.RoleKind, body string) error {
	names, err := b.store.BodyNames(ctx, a.region.ID)
	if err != nil {
		return fmt.Errorf("read the bodies: %w", err)
	}
	for _, name := range names {
		if folded(name) == folded(body) {
			body = name
		}
	}
	token, err := b.inviteToken(ctx, a.update)
	if err != nil {
		return err
	}
	if err := b.store.CreateInvite(ctx, a.as, a.region.ID, a.chat.ID, kind, body, token); err != nil {
		return fmt.Errorf("make an invite: %w", err)
	}
	return b.reply(ctx, a, "invite", storage.Params{"made": a.update})
}

// inviteToken is the token of the invite that an update asked for. It follows
// from the update, so that handling it again makes no second invite, and so
// that the token itself is stored nowhere.
func (b *Bot) inviteToken(ctx context.Context, update int64) (string, error) {
	key, err := b.store.InviteKey(ctx)
	if err != nil {
		return "", fmt.Errorf("key of invites: %w", err)
	}
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "invite %d %d", b.me.ID, update)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18]), nil
}

// viewInvite words the text to forward.
func viewInvite(b *Bot, ctx context.Context, s *speaker, m storage.Message) (rendered, error) {
	n, err := noticeOf(m)
	if err != nil {
		return rendered{}, err
	}
	token, err := b.inviteToken(ctx, number(n.Params, "made"))
	if err != nil {
		return rendered{}, err
	}
	v, err := b.store.InviteFor(ctx, token)
	if err != nil {
		return rendered{}, fmt.Errorf("read an invite: %w", err)
	}
	region, err := b.store.Region(ctx, v.Region)
	if err != nil {
		return rendered{}, fmt.Errorf("region of an invite: %w", err)
	}
	return rendered{text: s.html("invite", storage.Params{
		"Kind": string(v.Kind), "Body": cleanLine(v.BodyName), "Region": region.Name, "Until": texts.In(region.Zone(), v.Expires, b.store.Now()),
		"Link": "https://t.me/" + b.me.Username + "?start=" + token,
	})}, s.err
}

// viewInviteUsage tells how to invite, with a button for each body that has
// somebody already.
func viewInviteUsage(b *Bot, ctx context.Context, s *speaker, g occasion) (rendered, error) {
	bodies, err := b.store.Bodies(ctx, g.region.ID)
	if err != nil {
		return rendered{}, fmt.Errorf("read the bodies: %w", err)
	}
	var buttons []button
	for _, body := range bodies[:min(len(bodies), 8)] {
		buttons = append(buttons, s.button("button_invite_body", storage.Params{"Body": cleanLine(body.Name)}, data("invitemore", 0, body.ID)))
	}
	rows := append(rowsOf(buttons, 2), []button{s.button("button_invite_staff", nil, data("invitemore", 0, 0))})
	return rendered{text: s.html("invite_usage", nil), buttons: rows}, s.err
}
