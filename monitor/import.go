package monitor

import (
	"context"
	"fmt"
	"io"
)

// Counts are the results of an import.
type Counts struct {
	New, Duplicate, Unmatched, Rejected int64
	Incidents                           int64            // registered by new posts
	Reasons                             map[string]int64 // of rejections, by code
}

// Import stores the lines of a file, see ReadLines, in batches. A repeated or
// resumed import of the same file finds duplicates. progress, if any, is told
// after each batch how many lines are done.
func (m *Monitor) Import(ctx context.Context, r io.Reader, format Format, progress func(done int64)) (Counts, error) {
	counts := Counts{Reasons: map[string]int64{}}
	var batch []Line
	done := int64(0)
	flush := func() error {
		results, err := m.accept(ctx, batch)
		if err != nil {
			return err
		}
		for _, a := range results {
			counts.add(a)
		}
		done += int64(len(batch))
		batch = batch[:0]
		if progress != nil {
			progress(done)
		}
		return nil
	}
	for line, err := range ReadLines(r, format) {
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
	case "new":
		c.New++
		c.Incidents += int64(len(a.incidents))
	case "duplicate":
		c.Duplicate++
	case "unmatched":
		c.Unmatched++
	default:
		c.Rejected++
		c.Reasons[a.reason]++
	}
}
