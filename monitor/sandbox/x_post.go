package sandbox

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// XPost is a post, a reply, a quote or a repost.
type XPost struct {
	x       *X
	ids     []int64 // its versions, the newest last
	author  *XAccount
	texts   []string  // of the versions
	at      time.Time // of the first version
	shown   time.Time // when it shows at first
	deleted bool
	options XPostOptions
}

// XPostOptions are what a post may have beside its text.
type XPostOptions struct {
	At      time.Time     // when it was written; zero is now
	Late    time.Duration // it shows that long after its time
	ReplyTo *XPost
	Quote   *XPost
	Repost  *XPost
	Photos  int
	Videos  int
	Lang    string // "" is ru
	Closed  bool   // the author lets nobody reply
}

// xEpoch is where the ids of the network begin, in unix milliseconds.
const xEpoch = 1288834974657

// id makes the id of something that happened at a time. The caller holds mu.
func (x *X) id(at time.Time) int64 {
	id := max(at.UnixMilli()-xEpoch, 1) << 22
	for {
		if !slices.ContainsFunc(x.posts, func(p *XPost) bool { return slices.Contains(p.ids, id) }) {
			return id
		}
		id++
	}
}

// Post writes a post. A reply calls the author of what it replies to.
func (a *XAccount) Post(text string, opt XPostOptions) *XPost {
	a.x.mu.Lock()
	defer a.x.mu.Unlock()
	return a.post(text, opt)
}

// post is Post for whoever holds mu.
func (a *XAccount) post(text string, opt XPostOptions) *XPost {
	at := opt.At
	if at.IsZero() {
		at = a.x.now()
	}
	if to := opt.ReplyTo; to != nil && to.author != a && !strings.HasPrefix(text, "@") {
		text = "@" + to.author.username + " " + text
	}
	p := &XPost{x: a.x, ids: []int64{a.x.id(at)}, author: a, texts: []string{text}, at: at, shown: at.Add(opt.Late), options: opt}
	a.x.posts = append(a.x.posts, p)
	a.x.streamed(p)
	a.x.wake()
	return p
}

// ExternalID is the id of the first version.
func (p *XPost) ExternalID() string { return strconv.FormatInt(p.ids[0], 10) }

// ID is the id of the present version.
func (p *XPost) ID() string {
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	return strconv.FormatInt(p.last(), 10)
}

func (p *XPost) last() int64 { return p.ids[len(p.ids)-1] }

// Text is what it says now.
func (p *XPost) Text() string {
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	return p.text()
}

// text is that of the present version.
func (p *XPost) text() string { return p.texts[len(p.texts)-1] }

// Photos is how many photos it has.
func (p *XPost) Photos() int { return p.options.Photos }

// Delete removes it.
func (p *XPost) Delete() { p.set(func() { p.deleted = true }) }

// Restore brings it back.
func (p *XPost) Restore() { p.set(func() { p.deleted = false }) }

// Close lets nobody reply any more.
func (p *XPost) Close() { p.set(func() { p.options.Closed = true }) }

// Edit gives it another text, and with it another id.
func (p *XPost) Edit(text string) {
	p.set(func() {
		p.ids = append(p.ids, p.x.id(p.x.now()))
		p.texts = append(p.texts, text)
		p.x.streamed(p)
	})
}

func (p *XPost) set(change func()) {
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	change()
	p.x.wake()
}

// Replies are what stands under it and is not deleted, oldest first.
func (p *XPost) Replies() []*XPost {
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	return p.replies()
}

func (p *XPost) replies() (out []*XPost) {
	for _, r := range p.x.posts {
		if r.options.ReplyTo == p && !r.deleted {
			out = append(out, r)
		}
	}
	return out
}

// live says that readers see it.
func (p *XPost) live(now time.Time) bool { return !p.deleted && !p.shown.After(now) }

// root is the post under which all stands.
func (p *XPost) root() *XPost {
	for p.options.ReplyTo != nil {
		p = p.options.ReplyTo
	}
	return p
}

// byID finds a post by the id of any of its versions; nil for none.
func (x *X) byID(id string) *XPost {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil
	}
	for _, p := range x.posts {
		if slices.Contains(p.ids, n) {
			return p
		}
	}
	return nil
}

var (
	xHandle = regexp.MustCompile(`@([A-Za-z0-9_]{1,15})`)
	xLink   = regexp.MustCompile(`https?://[^\s]+`)
)

// mentions are the accounts that the text calls.
func (p *XPost) mentions() (out []*XAccount) {
	for _, m := range xHandle.FindAllStringSubmatch(p.text(), -1) {
		if a := p.x.named(m[1]); a != nil && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// called says whether the author called an account: by its name, or by quoting
// a post of it.
func (p *XPost) called(a *XAccount) bool {
	return slices.Contains(p.mentions(), a) || p.options.Quote != nil && p.options.Quote.author == a
}

// json is the present version with the fields that were asked for.
func (p *XPost) json(fields []string) map[string]any { return p.version(len(p.ids)-1, fields) }

// version is one version, which knows of the later ones only that they are.
func (p *XPost) version(number int, fields []string) map[string]any {
	text, urls := p.shortened(p.texts[number])
	history := make([]string, len(p.ids))
	for i, id := range p.ids {
		history[i] = strconv.FormatInt(id, 10)
	}
	historyName, refsName := "edit_history_tweet_ids", "referenced_tweets"
	if p.x.opt.PostSpelling {
		historyName, refsName = "edit_history_post_ids", "referenced_posts"
	}
	out := map[string]any{"id": strconv.FormatInt(p.ids[number], 10), "text": html.EscapeString(text), historyName: history}
	lang := p.options.Lang
	if lang == "" {
		lang = "ru"
	}
	all := map[string]any{
		"author_id": p.author.ID(), "conversation_id": p.root().ExternalID(), "created_at": p.at.UTC().Format("2006-01-02T15:04:05.000Z"), "lang": lang,
	}
	if to := p.options.ReplyTo; to != nil {
		all["in_reply_to_user_id"] = to.author.ID()
	}
	if refs := p.references(); len(refs) > 0 {
		all["referenced_tweets"] = refs
	}
	if e := p.entities(urls); len(e) > 0 {
		all["entities"] = e
	}
	if keys := p.mediaKeys(); len(keys) > 0 {
		all["attachments"] = map[string]any{"media_keys": keys}
	}
	for _, f := range fields {
		value, ok := all[f]
		switch {
		case ok && f == "referenced_tweets":
			out[refsName] = value
		case ok:
			out[f] = value
		}
	}
	return out
}

func (p *XPost) references() (out []map[string]string) {
	for _, ref := range []struct {
		kind string
		post *XPost
	}{{"replied_to", p.options.ReplyTo}, {"quoted", p.options.Quote}, {"retweeted", p.options.Repost}} {
		if ref.post != nil {
			out = append(out, map[string]string{"type": ref.kind, "id": ref.post.ExternalID()})
		}
	}
	return out
}

func (p *XPost) mediaKeys() (out []string) {
	for i := range p.options.Photos {
		out = append(out, fmt.Sprintf("3_%d%d", p.ids[0], i))
	}
	for i := range p.options.Videos {
		out = append(out, fmt.Sprintf("7_%d%d", p.ids[0], i))
	}
	return out
}

// shortened is the text as the network tells it: with its own short addresses.
func (p *XPost) shortened(text string) (short string, urls []map[string]any) {
	shorten := func(expanded string) string {
		u := "https://t.co/" + textHash(p.ExternalID() + expanded)[:10]
		urls = append(urls, map[string]any{"url": u, "expanded_url": expanded, "display_url": strings.TrimPrefix(expanded, "https://")})
		return u
	}
	short = xLink.ReplaceAllStringFunc(text, shorten)
	if q := p.options.Quote; q != nil {
		short += " " + shorten(q.address())
	}
	if p.options.Photos > 0 {
		short += " " + shorten(p.address()+"/photo/1")
	}
	return short, urls
}

func (p *XPost) address() string {
	return fmt.Sprintf("https://x.com/%s/status/%s", p.author.username, p.ExternalID())
}

func (p *XPost) entities(urls []map[string]any) map[string]any {
	out := map[string]any{}
	if len(urls) > 0 {
		out["urls"] = urls
	}
	var mentions []map[string]any
	for _, a := range p.mentions() {
		mentions = append(mentions, map[string]any{"username": a.username, "id": a.ID()})
	}
	if len(mentions) > 0 {
		out["mentions"] = mentions
	}
	return out
}
