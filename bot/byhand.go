package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"otklik/monitor/links"
	"otklik/storage"
)

// maxLinks is how many links of one message are taken.
const maxLinks = 30

var address = regexp.MustCompile(`(?i)(?:https?://)?(?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+/[^\s<>"«»]+|https?://[^\s<>"«»]+`)

// linksIn are the addresses that a text has, each once.
func linksIn(text string) (list []links.Link) {
	for _, found := range address.FindAllString(text, maxLinks) {
		l, err := links.Parse(found)
		if err == nil && !slices.ContainsFunc(list, func(x links.Link) bool { return x.URL == l.URL }) {
			list = append(list, l)
		}
	}
	return list
}

// hand is a publication that waits for its official, and its post's thread.
type hand struct {
	publication storage.Publication
	network     string
	post        links.Link // zero when the post has no address that can be read
}

// hands are the publications that wait, in the order of the posts.
func (b *Bot) hands(ctx context.Context, incident int64, p publications) (list []hand, err error) {
	posts, err := b.store.Posts(ctx, incident)
	if err != nil {
		return nil, fmt.Errorf("posts of incident %d: %w", incident, err)
	}
	waiting := p.in(storage.AwaitsHand, storage.Unknown)
	for _, post := range posts {
		for _, x := range waiting {
			if x.Post == post.ID {
				l, _ := links.Parse(post.URL) // a post without an address has no thread to compare
				list = append(list, hand{x, post.Network, l})
			}
		}
	}
	return list, nil
}

// proof is a link and the publication that it proves.
type proof struct {
	hand
	link    links.Link
	checked bool // by the addresses: they name one thread
}

// unpaired is a link that proves nothing, and why: a reason of links, or
// "again" for one that was given before.
type unpaired struct {
	link   links.Link
	reason string
}

// pair gives each link to the publication whose thread it belongs to: to the one
// whose post it replies to, else to the first that has none yet. used are the
// addresses of answers that are known already.
func pair(open []hand, given []links.Link, used []string) (proofs []proof, rest []unpaired) {
	taken := make([]bool, len(open))
	for _, l := range given {
		best, reason, known := -1, "", slices.Contains(used, l.URL)
		for n, h := range open {
			if taken[n] || h.post.URL == "" {
				continue
			}
			belongs, why := links.SameThread(h.post, l)
			switch {
			case belongs && known && why != links.SameItself:
			case belongs && (best < 0 || l.ParentID != "" && l.ParentID == h.post.ExternalID && open[best].post.ExternalID != l.ParentID):
				best = n
			case !belongs && (reason == "" || reason == links.OtherNetwork):
				reason = why
			}
		}
		if best < 0 {
			if known {
				reason = "again"
			}
			rest = append(rest, unpaired{l, cmp.Or(reason, links.CannotBeKnown)})
			continue
		}
		taken[best] = true
		proofs = append(proofs, proof{open[best], l, true})
	}
	return proofs, rest
}

// insist gives a link that belongs to no thread to the first publication in its
// network that has none, else to the first of all.
func insist(open []hand, proofs []proof, l links.Link) (proof, bool) {
	free := slices.DeleteFunc(slices.Clone(open), func(h hand) bool {
		return slices.ContainsFunc(proofs, func(p proof) bool { return p.publication.ID == h.publication.ID })
	})
	if len(free) == 0 {
		return proof{}, false
	}
	n := max(slices.IndexFunc(free, func(h hand) bool { return h.network == l.Network }), 0)
	return proof{free[n], l, false}, true
}

// link takes the addresses of answers that were published by hand. One that
// belongs to no thread is refused once, with the reason.
func (b *Bot) link(ctx context.Context, a ask) error {
	if err := b.mine(ctx, a); err != nil {
		return err
	}
	p, err := b.publications(ctx, a.incident.ID)
	if errors.Is(err, storage.ErrNotFound) || err == nil && !p.waitFor(a.telegram) {
		return b.unboundReply(ctx, a)
	}
	if err != nil {
		return err
	}
	given := linksIn(a.text)
	if len(given) == 0 {
		return wrong{"link_needed", storage.Params{"ID": a.incident.ID}}
	}
	proofs, refused, err := b.judge(ctx, a, p, given)
	if err != nil {
		return err
	}
	c := storage.Change{Incident: a.incident}
	for _, x := range proofs {
		c, err = b.store.PublishedByHand(ctx, a.as, a.incident.ID, x.forStore(a.telegram))
		if err != nil {
			return err
		}
	}
	return b.tellLinks(ctx, a, c.Incident, refused)
}

// forStore is a proof as it is stored; message is the one that brought it.
func (p proof) forStore(message int64) storage.ByHandProof {
	x := storage.ByHandProof{Publication: p.publication.ID, URL: p.link.URL, Checked: p.checked, Message: message}
	// An address of the post itself names no answer.
	if p.link.URL != p.post.URL && p.link.ExternalID != p.link.RootID {
		x.ExternalID = p.link.ExternalID
	} else if p.link.Network == links.X && p.link.ExternalID != p.post.ExternalID {
		x.ExternalID = p.link.ExternalID // there every reply is a post
	}
	return x
}

// waitFor says whether a link is waited for; so it is, still, by the message
// that brought the last.
func (p publications) waitFor(message int64) bool {
	return p.answer.State == storage.FrozenAnswer && len(p.in(storage.AwaitsHand, storage.Unknown)) > 0 || p.broughtBy(message)
}

func (p publications) broughtBy(message int64) bool {
	return message != 0 && slices.ContainsFunc(p.list, func(x storage.Publication) bool { return x.ProvedBy == message })
}

// judge says which links of a message prove what, and which are refused. What
// the same message has proved already is left out.
func (b *Bot) judge(ctx context.Context, a ask, p publications, given []links.Link) (proofs []proof, refused []unpaired, err error) {
	open, err := b.hands(ctx, a.incident.ID, p)
	if err != nil {
		return nil, nil, err
	}
	var used []string
	for _, x := range p.in(storage.Published, storage.ByHand) {
		used = append(used, x.URL)
		given = slices.DeleteFunc(given, func(l links.Link) bool { return x.ProvedBy == a.telegram && x.ProvedBy != 0 && x.URL == l.URL })
	}
	proofs, rest := pair(open, given, used)
	if len(rest) == 0 {
		return proofs, nil, nil
	}
	if len(open) == 0 {
		return nil, rest, nil
	}
	var urls []string
	for _, x := range rest {
		urls = append(urls, x.link.URL)
	}
	again, err := b.store.RefuseLinks(ctx, a.incident.ID, urls, a.telegram)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range rest {
		one, ok := insist(open, proofs, x.link)
		if !ok || !slices.Contains(again, x.link.URL) {
			refused = append(refused, x)
			continue
		}
		proofs = append(proofs, one)
	}
	return proofs, refused, nil
}

// tellLinks says what came of the links of a message, and shows what is left.
func (b *Bot) tellLinks(ctx context.Context, a ask, i storage.Incident, refused []unpaired) error {
	p, err := b.publications(ctx, i.ID)
	if err != nil {
		return err
	}
	left := len(p.in(storage.AwaitsHand, storage.Unknown))
	taken, unchecked := 0, 0
	for _, x := range p.list {
		if x.ProvedBy == a.telegram && x.ProvedBy != 0 {
			taken++
			if !x.Checked {
				unchecked++
			}
		}
	}
	if taken == 0 && len(refused) == 1 {
		return wrong{"link_refused", storage.Params{"ID": i.ID, "Reason": refused[0].reason}}
	}
	var told [][]string // reason and address
	for _, x := range refused {
		told = append(told, []string{x.reason, x.link.URL})
	}
	if left > 0 {
		err = b.expect(ctx, a, "ask_link", "")
	} else {
		err = b.store.CloseDialog(ctx, a.person.ID, a.chat.ID)
	}
	if err != nil {
		return err
	}
	err = b.reply(ctx, a, "link_taken", storage.Params{
		"ID": i.ID, "Taken": taken, "None": taken == 0, "Many": taken > 1, "Unchecked": unchecked, "Checked": unchecked == 0, "Refused": told, "Left": left, "More": left > 0,
	})
	if err != nil || left == 0 {
		return err
	}
	return b.store.ShowPreview(ctx, i.ID)
}

// relink takes another link for an answer that does not stand where its
// official said.
func (b *Bot) relink(ctx context.Context, a ask) error {
	if err := b.mine(ctx, a); err != nil {
		return err
	}
	n, err := noticeOf(a.message)
	if err != nil {
		return err
	}
	given := linksIn(a.text)
	if len(given) != 1 {
		return wrong{"link_one", storage.Params{"ID": a.incident.ID}}
	}
	x, err := b.store.Publication(ctx, number(n.Params, "Publication"))
	if err != nil {
		return fmt.Errorf("publication of a notice: %w", err)
	}
	post, err := b.store.Post(ctx, x.Post)
	if err != nil {
		return fmt.Errorf("post of publication %d: %w", x.ID, err)
	}
	p := proof{hand: hand{publication: x, network: post.Network}, link: given[0]}
	if p.post, err = links.Parse(post.URL); err == nil {
		p.checked, _ = links.SameThread(p.post, p.link)
	}
	if err := b.store.Relink(ctx, a.as, a.incident.ID, p.forStore(a.telegram)); err != nil {
		return err
	}
	return b.reply(ctx, a, "link_changed", storage.Params{"ID": a.incident.ID, "Checked": p.checked})
}

// waitsForLink tells whether a person's proof is what an incident waits for.
func (b *Bot) waitsForLink(ctx context.Context, incident, message int64) (bool, error) {
	p, err := b.publications(ctx, incident)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	return err == nil && p.waitFor(message), err
}

// linkOf is the one incident of an official that waits for a link such as a
// text has; 0 when there is none, or several.
func (b *Bot) linkOf(ctx context.Context, a ask) (incident int64, err error) {
	given := linksIn(a.text)
	if len(given) == 0 {
		return 0, nil
	}
	items, err := b.openItems(ctx, a.person.ID)
	if err != nil {
		return 0, err
	}
	for _, i := range items {
		if i.FrozenAt.IsZero() {
			continue
		}
		p, err := b.publications(ctx, i.ID)
		if err != nil {
			return 0, err
		}
		open, err := b.hands(ctx, i.ID, p)
		if err != nil {
			return 0, err
		}
		switch proofs, _ := pair(open, given, nil); {
		case len(proofs) == 0:
		case incident != 0:
			return 0, nil
		default:
			incident = i.ID
		}
	}
	return incident, nil
}

// publishedByHand is «Опубликовано, ссылки нет»; the button carries how many
// publications it said it would be.
func (b *Bot) publishedByHand(ctx context.Context, a ask) (toast, error) {
	return b.withoutLink(ctx, a, storage.ByHandProof{Count: int(a.id(0))})
}

// wentOut is «Вышло», for what nobody could tell about.
func (b *Bot) wentOut(ctx context.Context, a ask) (toast, error) {
	return b.withoutLink(ctx, a, storage.ByHandProof{Count: int(a.id(0)), Unsure: true})
}

func (b *Bot) withoutLink(ctx context.Context, a ask, p storage.ByHandProof) (toast, error) {
	c, err := b.store.PublishedByHand(ctx, a.as, a.incident.ID, p)
	if err != nil {
		return toast{}, err
	}
	if c.Incident.State != storage.Answered {
		return toast{code: "done_went_out", data: storage.Params{"ID": c.Incident.ID}}, nil
	}
	return toast{code: "done_answered", data: storage.Params{"ID": c.Incident.ID}}, b.store.CloseDialog(ctx, a.person.ID, a.chat.ID)
}

// sendAgain is the official's word that an uncertain answer did not go out.
func (b *Bot) sendAgain(ctx context.Context, a ask) (toast, error) {
	return toast{code: "done_again", data: storage.Params{"ID": a.incident.ID}}, b.store.SendAgain(ctx, a.as, a.incident.ID)
}
