package bot

import (
	"slices"
	"unicode/utf8"

	"otklik/monitor/links"
	"otklik/storage"
)

const (
	fewPlaces = 5  // that many get a line of their own each, more become numbers
	maxPlaces = 60 // in one message: Telegram shows a hundred links at most
)

// place is one post with its answer.
type place struct {
	Number int // of the post in the incident, from 1
	URL    string
	First  string // the post's first words
}

// group are the places in one network that stand alike.
type group struct {
	Network string
	Reason  string // code: why by hand, why impossible
	Mark    string // of an answer that stands: "no_link", "unchecked"; "" for one that is known
	Count   int
	Places  []place
}

// groups gathers places under their network, reason and mark, in the order in
// which they come first.
type groups []group

func (g *groups) add(network, reason, mark string, p place) {
	n := slices.IndexFunc(*g, func(x group) bool { return x.Network == network && x.Reason == reason && x.Mark == mark })
	if n < 0 {
		n = len(*g)
		*g = append(*g, group{Network: network, Reason: reason, Mark: mark})
	}
	(*g)[n].Count++
	(*g)[n].Places = append((*g)[n].Places, p)
}

func (g groups) count() (n int) {
	for _, x := range g {
		n += x.Count
	}
	return n
}

// tally is how many publications stand in one way.
type tally struct {
	Kind string // done, moving, unknown, waiting, impossible
	N    int
}

// checklist is an answer by the state of its publications.
type checklist struct {
	Posts      int
	Counts     []tally // of several posts
	Waiting    groups  // for the official to publish
	Unknown    groups  // for the official to look
	Done       groups
	Impossible groups
	Photoless  []string // networks where it stands without all of its photos
	Moving     int      // on their way
	Later      int      // posts that came after the answer had gone out

	waiting, unknown, done, impossible int
}

// checklistOf tells each publication with the post it stands under; files is
// how many the answer has.
func checklistOf(posts []storage.Post, p publications, files int) (c checklist) {
	c.Posts = len(posts)
	for n, post := range posts {
		answered := false
		for _, x := range p.list {
			if x.Post == post.ID {
				c.add(n+1, post, x, files)
				answered = true
			}
		}
		if !answered {
			c.Later++
		}
	}
	c.waiting, c.unknown, c.done, c.impossible = c.Waiting.count(), c.Unknown.count(), c.Done.count(), c.Impossible.count()
	if len(p.list) < 2 {
		return c
	}
	for _, t := range []tally{{"done", c.done}, {"moving", c.Moving}, {"unknown", c.unknown}, {"waiting", c.waiting}, {"impossible", c.impossible}} {
		if t.N > 0 {
			c.Counts = append(c.Counts, t)
		}
	}
	return c
}

func (c *checklist) add(number int, post storage.Post, x storage.Publication, files int) {
	here := place{number, webLink(post.URL), firstLine(post.Text, 40)}
	switch x.State {
	case storage.Planned, storage.Sending:
		c.Moving++
	case storage.AwaitsHand:
		c.Waiting.add(post.Network, x.Reason, "", here)
	case storage.Unknown:
		c.Unknown.add(post.Network, "", "", here)
	case storage.Impossible:
		c.Impossible.add(post.Network, x.Reason, "", here)
	case storage.Published, storage.ByHand:
		mark := ""
		switch {
		case x.URL == "" && x.State == storage.ByHand:
			mark = "no_link"
		case !x.Checked:
			mark = "unchecked"
		}
		if x.URL != "" {
			here.URL = webLink(x.URL)
		}
		c.Done.add(post.Network, "", mark, here)
		if x.State == storage.Published && x.Photos < files && !slices.Contains(c.Photoless, post.Network) {
			c.Photoless = append(c.Photoless, post.Network)
		}
	}
}

// list is a block of places as a message shows it.
type list struct {
	Few    bool // each on a line of its own
	Groups groups
	More   int // places beyond those
}

// WaitingList is what the official has to publish.
func (c checklist) WaitingList() list { return shorten(c.Waiting) }

// UnknownList is what the official has to look at.
func (c checklist) UnknownList() list { return shorten(c.Unknown) }

// DoneList is where the answer stands.
func (c checklist) DoneList() list { return shorten(c.Done) }

// ImpossibleList is where it cannot stand.
func (c checklist) ImpossibleList() list { return shorten(c.Impossible) }

// WaitingCount is how many wait for the official to publish.
func (c checklist) WaitingCount() int { return c.waiting }

// UnknownCount is how many wait for the official to look.
func (c checklist) UnknownCount() int { return c.unknown }

// DoneCount is under how many posts the answer stands.
func (c checklist) DoneCount() int { return c.done }

func shorten(g groups) (l list) {
	if g.count() <= fewPlaces {
		return list{Few: true, Groups: g.singly()}
	}
	left := maxPlaces
	for _, x := range g {
		if len(x.Places) > left {
			l.More += len(x.Places) - left
			x.Places = x.Places[:left]
		}
		if left -= len(x.Places); len(x.Places) > 0 {
			l.Groups = append(l.Groups, x)
		}
	}
	return l
}

// singly is each place as a group of its own, in the order of the posts.
func (g groups) singly() (out groups) {
	for _, x := range g {
		for _, p := range x.Places {
			out = append(out, group{x.Network, x.Reason, x.Mark, 1, []place{p}})
		}
	}
	slices.SortFunc(out, func(a, b group) int { return a.Places[0].Number - b.Places[0].Number })
	return out
}

// outlook is what a draft will meet in the networks of its posts.
type outlook struct {
	Auto   groups   // it goes out by itself
	Hands  groups   // the official has to publish
	Photos []photos // that go out with it
	Bare   []string // networks where files are left to the official
	Gone   int      // posts that their authors deleted
}

// photos are how many go out with an answer in a network.
type photos struct {
	Network string
	Count   int
}

// outlookOf tells where a draft goes by itself and where not; unfit are the
// networks that do not take its text.
func outlookOf(text string, posts []storage.Post, unfit []string, files []storage.File) (o outlook) {
	pictures := 0
	for _, f := range files {
		if f.Kind == "photo" {
			pictures++
		}
	}
	for n, p := range posts {
		if p.State == storage.Deleted {
			o.Gone++
			continue
		}
		here := place{Number: n + 1}
		takes := 0
		switch {
		case slices.Contains(unfit, p.Network):
			o.Hands.add(p.Network, "text", "", here)
		case p.CanPublish:
			o.Auto.add(p.Network, "", "", here)
			if most := links.Limits(p.Network).BesidePhoto; most == 0 || utf8.RuneCountInString(text) <= most {
				takes = min(p.TakesPhotos, pictures)
			}
		default:
			o.Hands.add(p.Network, p.PublishReason, "", here)
		}
		if takes > 0 && !slices.ContainsFunc(o.Photos, func(x photos) bool { return x.Network == p.Network }) {
			o.Photos = append(o.Photos, photos{p.Network, takes})
		}
		if takes < len(files) && !slices.Contains(o.Bare, p.Network) {
			o.Bare = append(o.Bare, p.Network)
		}
	}
	return o
}
