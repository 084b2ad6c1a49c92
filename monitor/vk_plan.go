package monitor

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How the calls of a day are planned.
//
// The network counts two methods by the day: wall.get and newsfeed.search; of
// all others a token only makes so many a second. So wall.get, which alone tells
// everything that stands on a wall, is shared evenly: with 200 communities on a
// token each wall is read about once an hour (vkWalls). What is fresh comes in between
// from wall.getById, a hundred posts of many walls a call (vkSweep): the posts
// that are followed, whose numbers of comments say where comments are to be
// read, and the next ids of each wall, for its posts and comments count
// together and an id that is not there yet is simply left out. Ids that never
// show, more than are looked ahead, hide a new post until the wall itself is
// read.
//
// How often a source is swept is the monitor's affair (nextRead): between two
// minutes where much is posted, and an hour where hardly anything is. A reading asks for the posts of the last
// day, and for older ones less often (vkTiers), unless somebody has just
// commented on them.
//
// When a wall was read stands in its cursor, so a restart repeats no call, and
// what it may spend at once is little. With
// several tokens each call goes to the next of them, and the budgets add up.

// vkWalls plans wall.get: how often a wall can be read so that all can.
type vkWalls struct {
	tokens int
	opened time.Time
	pace   *rate.Limiter

	mu      sync.Mutex
	sources map[int64]time.Time // when each was last asked about
	missed  map[int64]time.Time // when events of a wall were lost, by its owner
}

const (
	vkWallsPerDay  = 4600             // calls of wall.get that a token's walls share, of 5000; the rest is for new ones
	vkWallsAtOnce  = 20               // of them; so much a restart may cost
	vkWallPatience = 6 * time.Hour    // a wall that was not read for so long is in trouble, however well its posts are
	vkWallsSettle  = 65 * time.Minute // until then not every source has been here, and many are assumed
	vkWallsAssumed = 200
)

func newVKWalls(tokens int) *vkWalls {
	tokens = max(tokens, 1)
	return &vkWalls{
		tokens: tokens, opened: time.Now(), pace: rate.NewLimiter(rate.Limit(float64(vkWallsPerDay*tokens)/vkDay.Seconds()), vkWallsAtOnce*tokens),
		sources: map[int64]time.Time{}, missed: map[int64]time.Time{},
	}
}

// miss lets a wall be read by each of its sources when it is looked at next.
func (w *vkWalls) miss(owner int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.missed[owner] = time.Now()
}

// due says whether the wall of a source, read last at a time, is to be read now:
// of the source's own readings the one that is nearest to the wall's turn. One
// that was never read, and one whose events were lost, does not wait for it.
func (w *vkWalls) due(source, owner, last int64, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	since := now.Sub(w.sources[source])
	w.sources[source] = now
	for id, at := range w.sources {
		if now.Sub(at) > 2*time.Hour {
			delete(w.sources, id)
		}
	}
	if last == 0 || last < w.missed[owner].Unix() {
		return true
	}
	walls := len(w.sources)
	if now.Sub(w.opened) < vkWallsSettle {
		walls = max(walls, vkWallsAssumed*w.tokens)
	}
	every := vkDay * time.Duration(walls) / time.Duration(vkWallsPerDay*w.tokens)
	return now.Sub(time.Unix(last, 0)) >= every-min(since, every)/2 && w.pace.AllowN(now, 1)
}

// vkParallel are the sources that are read at once: as many as fill a sweep.
const vkParallel = 8

const (
	vkAhead      = 25            // ids of a wall that are looked ahead
	vkAheadSteps = 4             // times, where the last of them were there
	vkAwake      = 6 * time.Hour // a post is of the first tier that long after a comment
	vkReread     = time.Hour     // comments are read anew at least, whatever their number
)

// vkTiers are the ages below which a post is swept at each reading, or less
// often.
var vkTiers = []struct{ age, every time.Duration }{{24 * time.Hour, 0}, {72 * time.Hour, 5 * time.Minute}, {vkCommentDays, 15 * time.Minute}}

// sweepable are the followed posts that it is time to look at, but for those
// that this reading has seen.
func (r *vkReading) sweepable() (due []*vkPostMark) {
	c, now := &r.cursor, r.now.Unix()
	var tier [3]bool
	tier[0] = true
	for i := range c.Swept {
		if tier[i+1] = now-c.Swept[i] >= int64(vkTiers[i+1].every.Seconds()); tier[i+1] {
			c.Swept[i] = now
		}
	}
	for _, m := range c.Posts {
		at := 0
		if !m.Pinned && now-m.Log.newest() > int64(vkAwake.Seconds()) {
			for at < len(vkTiers)-1 && now-m.Date >= int64(vkTiers[at].age.Seconds()) {
				at++
			}
		}
		if tier[at] && r.fresh[m.ID] == nil {
			due = append(due, m)
		}
	}
	return due
}

// wantsComments says that what stands under a post is to be read: its number
// changed, or it is time to see edits, deletions, and what came as another one
// went. The longer nobody wrote, the more rarely.
func (r *vkReading) wantsComments(m *vkPostMark) bool {
	if m.Hash == vkGone {
		return false
	}
	now, last := r.now.Unix(), max(m.Date, m.Log.newest())
	again := max(int64(vkReread.Seconds()), (now-last)/4)
	return m.Now != m.Count || m.Now > 0 && now-last < int64(vkLateness.Seconds()) && now-m.Read >= again
}
