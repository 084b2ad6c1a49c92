package suggest

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// Row is a complaint of a labelled file with what was decided on it; labels that
// nobody gave are "".
type Row struct {
	Case
	Body        string // name
	TopicLabel  string // name or code
	ReasonLabel string // code of a dismissal
}

// Warmed is what became of the rows of a labelled file.
type Warmed struct {
	Learned int            // rows
	Nothing int            // rows without a text or without a label that is known
	Unknown map[string]int // rows by a label that the region does not have
	Before  bool           // the very file was learned before: nothing was done
}

// Warm teaches a region's model the rows of a labelled file, as if they had
// been decided in their order. No incident is made of them. They are not in the
// journal: a model that is learned anew from there does not have them.
func (a *Advisor) Warm(ctx context.Context, id int64, rows []Row) (Warmed, error) {
	w := Warmed{Unknown: map[string]int{}}
	r, err := a.region(ctx, id)
	if err != nil {
		return w, err
	}
	here, err := a.present(ctx, id)
	if err != nil {
		return w, err
	}
	known, err := a.labels(ctx, id)
	if err != nil {
		return w, err
	}
	if w.Before = r.knows(digest(rows)); w.Before {
		return w, nil
	}
	seen := map[string]bool{}
	for _, row := range rows {
		labels := known.classes(&row, w.Unknown)
		if strings.TrimSpace(row.Text) == "" || labels == [heads]int64{} {
			w.Nothing++
			continue
		}
		// A text that comes again was learned: to predict it proves nothing.
		a.mu.Lock()
		r.teachRow(row.Case, labels, !seen[row.Text], here)
		a.mu.Unlock()
		seen[row.Text] = true
		w.Learned++
	}
	if err := ctx.Err(); err != nil {
		return w, err
	}
	a.mu.Lock()
	r.drop([]int64{0}) // nothing would ever erase their words
	a.mu.Unlock()
	return w, a.save(ctx, id, r)
}

// digest tells one file from another.
func digest(rows []Row) uint64 {
	h := fnv.New64a()
	for _, r := range rows {
		fmt.Fprintf(h, "%q %q %q %q\n", r.Text, r.Body, r.TopicLabel, r.ReasonLabel)
	}
	return h.Sum64()
}

// labels are the classes of a region by their folded names.
type labels struct{ bodies, topics map[string]int64 }

func (a *Advisor) labels(ctx context.Context, id int64) (labels, error) {
	l := labels{map[string]int64{}, map[string]int64{}}
	bodies, err := a.store.Bodies(ctx, id)
	if err != nil {
		return l, fmt.Errorf("bodies of region %d: %w", id, err)
	}
	for _, b := range bodies {
		l.bodies[foldName(b.Name)] = b.ID
	}
	topics, err := a.store.Topics(ctx, id)
	if err != nil {
		return l, fmt.Errorf("topics of region %d: %w", id, err)
	}
	for _, t := range topics {
		l.topics[foldName(t.Name)] = t.ID
		if t.Code != "" {
			l.topics[foldName(t.Code)] = t.ID
		}
	}
	return l, nil
}

// foldName is a name as names are compared.
func foldName(name string) string {
	return strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(name), " ")), "ё", "е")
}

// classes are what the labels of a row mean here, and counts those that mean
// nothing. A topic that was given is that of the case.
func (l labels) classes(row *Row, unknown map[string]int) (classes [heads]int64) {
	if body := foldName(row.Body); body != "" {
		if classes[bodyHead] = l.bodies[body]; classes[bodyHead] == 0 {
			unknown[row.Body]++
		}
	}
	if topic := foldName(row.TopicLabel); topic != "" {
		if classes[topicHead] = l.topics[topic]; classes[topicHead] == 0 {
			unknown[row.TopicLabel]++
		} else {
			row.Topic = classes[topicHead]
		}
	}
	switch reason := foldName(row.ReasonLabel); {
	case reason == "" && classes[bodyHead] != 0:
		classes[reasonHead] = answered
	case reason == "":
	case !slices.Contains(Reasons, reason):
		unknown[row.ReasonLabel]++
	default:
		classes[reasonHead] = reasonClass(reason)
	}
	return classes
}

// knows tells whether a file was learned before, and notes that it is.
func (m *model) knows(file uint64) bool {
	if slices.Contains(m.warmed, file) {
		return true
	}
	m.warmed = append(m.warmed, file)
	m.warmed = m.warmed[max(len(m.warmed)-maxWarmed, 0):]
	return false
}

// maxWarmed is how many files are remembered.
const maxWarmed = 64
