package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// X as the wall page shows it: one timeline of all that residents and the
// account that answers write, and under each post its replies.

// xWall is the id of the one wall.
const xWall = "timeline"

// longestXPost is what a post may have, in signs; letters count one.
const longestXPost = 280

func (x *X) pulse() (int64, <-chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.version, x.changed
}

func (x *X) view(wall string) networkView {
	x.mu.Lock()
	defer x.mu.Unlock()
	shown := slices.DeleteFunc(slices.Clone(x.posts), func(p *XPost) bool { return !p.live(x.now()) })
	view := wallView{ID: xWall, Name: "X", Count: len(shown), Limit: longestXPost}
	if a := x.answering; a != nil {
		view.Name, view.Handle = a.name, "@"+a.username
	}
	out := networkView{Network: "x", Walls: []wallView{view}}
	if wall != xWall {
		return out
	}
	roots := slices.DeleteFunc(shown, func(p *XPost) bool { return p.options.ReplyTo != nil })
	slices.SortStableFunc(roots, func(a, b *XPost) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.ids[0], a.ids[0])) })
	for _, p := range window(roots, 0, shownPosts) {
		out.Posts = append(out.Posts, p.view())
	}
	return out
}

func (x *X) write(wall, post, comment string, resident int, text string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if wall != xWall {
		return fmt.Errorf("there is no timeline %s", wall)
	}
	to := x.byID(cmp.Or(comment, post))
	if to == nil && post != "" || to != nil && !to.live(x.now()) {
		return fmt.Errorf("there is no post %s", cmp.Or(comment, post))
	}
	x.resident(resident).post(text, XPostOptions{ReplyTo: to})
	return nil
}

// resident is the account of a resident of the wall page. The caller holds mu.
func (x *X) resident(n int) *XAccount {
	a := x.account(fmt.Sprintf("resident_%d", n))
	a.name, a.resident = fmt.Sprint(residentName, n), n
	return a
}

// signed is the account as the page shows it.
func (a *XAccount) signed() authorView {
	return authorView{Name: a.name, Hue: int(a.id % hues), Resident: a.resident, Official: a == a.x.answering}
}

func (p *XPost) view() postView {
	out := postView{
		ID: strconv.FormatInt(p.ids[0], 10), Author: p.author.signed(), At: p.at, Edited: len(p.ids) > 1, Text: p.text(),
		Photos: p.options.Photos, Videos: p.options.Videos, Closed: p.options.Closed, Comments: []commentView{},
	}
	if shared := cmp.Or(p.options.Quote, p.options.Repost); shared != nil {
		view := shared.view()
		view.Comments, view.Repost = nil, nil
		out.Repost = &view
	}
	for _, r := range p.replies() {
		if r.live(p.x.now()) {
			out.Comments = append(out.Comments, r.reply())
		}
	}
	out.Count = len(out.Comments)
	return out
}

// reply is a post as it stands under another, with what replies to it.
func (p *XPost) reply() commentView {
	out := commentView{ID: strconv.FormatInt(p.ids[0], 10), Author: p.author.signed(), At: p.at, Text: p.text(), Photos: p.options.Photos}
	for _, r := range p.replies() {
		if r.live(p.x.now()) {
			out.Replies = append(out.Replies, r.reply())
		}
	}
	return out
}
