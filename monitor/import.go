package monitor

import (
	"context"
	"fmt"
	"io"
	"strings"

	"otklik/storage"
)

// Counts are the results of an import.
type Counts struct {
	New, Duplicate, Unmatched, Rejected int64
	Changed                             int64            // edits, deletions and returns of posts
	Incidents                           int64            // registered by new posts
	Reasons                             map[string]int64 // of rejections, by code
}

// ImportOptions say how a file is read.
type ImportOptions struct {
	Format   Format           // Guess looks at the file
	Region   int64            // every line concerns it; 0: only those whose text names a place, or whose source is known
	Map      string           // name of the map of another shape; "" for the intake's own
	Progress func(done int64) // told after each batch how many lines are done; nil for nobody
}

// Import stores the lines of a file, see ReadLines, in batches. A repeated or
// resumed import of the same file finds duplicates.
func (m *Monitor) Import(ctx context.Context, r io.Reader, o ImportOptions) (Counts, error) {
	counts := Counts{Reasons: map[string]int64{}}
	var regions []int64
	if o.Region != 0 {
		regions = []int64{o.Region}
	}
	var batch []Line
	done := int64(0)
	flush := func() error {
		results, err := m.accept(ctx, batch, regions...)
		if err != nil {
			return err
		}
		for _, a := range results {
			counts.add(a)
		}
		done += int64(len(batch))
		batch = batch[:0]
		if o.Progress != nil {
			o.Progress(done)
		}
		return nil
	}
	by, known := m.fieldMap(o.Map)
	if !known {
		return counts, fmt.Errorf("there is no map %s; these are: %s", o.Map, strings.Join(m.MapNames(), ", "))
	}
	for line, err := range readLines(r, o.Format, by) {
		if err != nil {
			return counts, fmt.Errorf("read line %d: %w", line.Number, err)
		}
		if batch = append(batch, line); len(batch) == batchSize {
			if err := flush(); err != nil {
				return counts, err
			}
		}
	}
	return counts, flush()
}

func (c *Counts) add(a accepted) {
	switch a.status {
	case string(storage.Fresh), string(storage.IsReply):
		c.New++
		c.Incidents += int64(len(a.incidents))
	case string(storage.Duplicate):
		c.Duplicate++
	case string(storage.Unmatched):
		c.Unmatched++
	case rejected:
		c.Rejected++
		c.Reasons[a.reason]++
	default:
		c.Changed++
	}
}
