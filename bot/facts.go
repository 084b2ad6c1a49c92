package bot

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"otklik/bot/texts"
	"otklik/storage"
)

// facts are what a card and an item tell about an incident.
type facts struct {
	ID         int64
	State      string
	Importance string
	Topic      string
	Network    string
	Kind       string
	Source     string
	Place      string
	Parent     string
	Missing    string // why there is no text: the post's state; "" when there is one
	Text       []piece
	First      string // the complaint's first line
	Photos     int
	Videos     int
	Posts      int
	More       int   // of them, beside the one that is shown
	Removed    int   // of them, deleted in their network
	MergedInto int64 // the incident that it is a part of; 0: none
	Similar    *similar
	Posted     *texts.Moment // the post's own time, when it is over an hour old
	Edited     *texts.Moment // its text last changed; nil: it never did
	Journal    bool          // the journal can be opened from here
	Due        *texts.Moment // of the first answer
	Late       bool
	Body       string
	Official   string
	Head       string // why it is here again; "" for no reason
	HeadDeed   *deed
	Reply      *deed  // the administrators' reply to the question on top
	Deeds      []deed // who did what, the latest last
	Taken      []deed // what was merged into it, the latest last
	Comment    *deed  // the administrators' last words about it
	Replies    []deed // what residents replied to the answer since it is here again, the latest last
	Earlier    int    // of those, more than are shown
	Resident   *deed  // else what one last replied
	Link       string // of the post; "" when it has none

	incident storage.Incident
	root     storage.Incident // what it is a part of
	region   storage.Region
	events   []storage.Event
	posts    []storage.Post
	official storage.Official
}

// ownTime is how old a post must be at registration for its own time to be told.
const ownTime = time.Hour

// facts gathers what is known of an incident; n is how many characters of the
// complaint are wanted.
func (b *Bot) facts(ctx context.Context, id int64, head storage.Head, n int) (f facts, err error) {
	if f.incident, err = b.store.Incident(ctx, id); err != nil {
		return f, fmt.Errorf("incident %d: %w", id, err)
	}
	i := f.incident
	if f.region, err = b.store.Region(ctx, i.Region); err != nil {
		return f, fmt.Errorf("region of incident %d: %w", id, err)
	}
	if f.posts, err = b.store.Posts(ctx, id); err != nil {
		return f, fmt.Errorf("posts of incident %d: %w", id, err)
	}
	if f.events, err = b.store.Journal(ctx, id); err != nil {
		return f, fmt.Errorf("journal of incident %d: %w", id, err)
	}
	f.ID, f.State, f.Importance, f.Topic, f.Place = id, string(i.State), string(i.Importance), cleanLine(i.TopicName), cleanLine(i.PlaceName)
	f.Posts, f.More = i.Posts, i.Posts-1
	if i.MergedInto != 0 {
		if f.root, err = b.store.Root(ctx, id); err != nil {
			return f, fmt.Errorf("what incident %d is a part of: %w", id, err)
		}
		f.MergedInto, head = f.root.ID, storage.Head{} // why it was here is over
	}
	if i.Official != 0 {
		if f.official, err = b.store.Official(ctx, i.Official); err != nil {
			return f, fmt.Errorf("official of incident %d: %w", id, err)
		}
		f.Body, f.Official = cleanLine(f.official.BodyName), cleanLine(f.official.Name)
	}
	f.tellPosts(b.store.Now(), n)
	if err := b.tellDeadline(ctx, &f); err != nil {
		return f, err
	}
	return f, b.tellDeeds(ctx, &f, head)
}

// tellPosts tells what the first post says and what all of them show.
func (f *facts) tellPosts(now time.Time, n int) {
	for _, p := range f.posts {
		f.Photos += p.Photos
		f.Videos += p.Videos
		if p.State == storage.Deleted {
			f.Removed++
		}
	}
	if len(f.posts) == 0 {
		f.Missing = string(storage.Erased)
		return
	}
	p := f.shown()
	f.Network, f.Kind, f.Source, f.Parent = p.Network, p.Kind, cleanLine(p.SourceName), firstLine(p.ParentText, 80)
	f.Link = webLink(p.URL)
	if f.Text = excerpt(p.Text, p.Spans, n); len(f.Text) == 0 || p.State == storage.Deleted {
		f.Missing = string(p.State)
	}
	f.First = firstLine(p.Text, 80)
	if f.incident.RegisteredAt.Sub(p.PublishedAt) > ownTime {
		f.Posted = f.moment(p.PublishedAt, now)
	}
	if !p.EditedAt.IsZero() && p.State == storage.Ready {
		f.Edited = f.moment(p.EditedAt, now)
	}
}

// shown is the post whose text stands for the incident: the first that is still
// there.
func (f *facts) shown() storage.Post {
	alive := slices.IndexFunc(f.posts, func(p storage.Post) bool { return p.State != storage.Deleted })
	return f.posts[max(alive, 0)]
}

func (f *facts) moment(at, now time.Time) *texts.Moment {
	m := texts.In(f.region.Zone(), at, now)
	return &m
}

func (b *Bot) tellDeadline(ctx context.Context, f *facts) error {
	deadlines, err := b.store.Deadlines(ctx, f.ID)
	if err != nil {
		return fmt.Errorf("deadlines of incident %d: %w", f.ID, err)
	}
	for _, d := range deadlines {
		if d.Clock == storage.AnswerClock && d.Stopped.IsZero() {
			f.Due, f.Late = f.moment(d.Due, b.store.Now()), d.Due.Before(b.store.Now())
		}
	}
	return nil
}

// told are the lines of the journal that a card repeats.
var told = []storage.EventKind{
	storage.DismissedBy, storage.AssignedTo, storage.Accepted, storage.Returned, storage.Unreachable, storage.AnsweredNow,
	storage.PublishFailed, storage.ClosedBy, storage.Reopened, storage.MergedInto, storage.SplitOff, storage.TookIn,
}

// repliesShown is how many replies of residents stand on top of a message.
const repliesShown = 3

// tellDeeds tells who did what: the last two lines that still hold, the reason
// why the card is here again, the administrators' last comment and what
// residents replied.
func (b *Bot) tellDeeds(ctx context.Context, f *facts, head storage.Head) error {
	f.Head = head.Reason
	undone := map[int64]bool{}
	for _, e := range f.events {
		undone[e.Data.Undoes] = true
	}
	for _, e := range f.events {
		var where **deed
		switch {
		case e.Kind == storage.ReplyCame:
			where = &f.Resident
		case e.ID == head.Event:
			where = &f.HeadDeed
		case head.Event != 0 && e.ID > head.Event && e.Kind == storage.Replied:
			where = &f.Reply
		case e.Kind == storage.Commented:
			where = &f.Comment
		case !slices.Contains(told, e.Kind) || undone[e.ID]:
			continue
		}
		d, err := b.deed(ctx, e, f.region)
		if err != nil {
			return fmt.Errorf("line %d of the journal: %w", e.ID, err)
		}
		if e.Kind == storage.ReplyCame && head.ByResident() && e.ID >= head.Event {
			f.Replies = append(f.Replies, d)
			continue
		}
		if where != nil {
			*where = &d
			continue
		}
		f.Deeds = append(f.Deeds, d)
		if e.Kind == storage.TookIn {
			f.Taken = append(f.Taken, d)
		}
	}
	f.Deeds, f.Taken = lastTwo(f.Deeds), lastTwo(f.Taken)
	if n := len(f.Replies); n > 0 {
		f.Earlier = max(n-repliesShown, 0)
		f.Replies, f.Resident = f.Replies[f.Earlier:], nil
	}
	return nil
}

func lastTwo(list []deed) []deed { return list[max(len(list)-2, 0):] }

// lastStep is the step that can be taken back now; not ok when none can.
func (f *facts) lastStep(now time.Time) (storage.Event, bool) {
	for _, e := range f.events {
		if e.ID == f.incident.Step && now.Before(e.UndoUntil()) {
			return e, true
		}
	}
	return storage.Event{}, false
}

// webLink is an address that a button may lead to, else "".
func webLink(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}
