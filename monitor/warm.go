package monitor

import (
	"context"
	"strings"

	"otklik/monitor/suggest"
)

// Warm teaches a region the decisions of a labelled file, without making
// incidents. Texts are masked as posts are; their places, and the topics of
// rows that name none, are those that the region's rules find.
func (m *Monitor) Warm(ctx context.Context, region int64, rows []suggest.Row) (suggest.Warmed, error) {
	set, err := m.currentRules(ctx)
	if err != nil {
		return suggest.Warmed{}, err
	}
	onAllCores(len(rows), func(i int) {
		row := &rows[i]
		row.Text = cut(Mask(cut(strings.TrimSpace(CleanText(row.Text)), maxText)), maxText)
		for _, match := range set.concerns(row.Text, []int64{region}).matches {
			if match.Region == region {
				row.Topic, row.Place = match.Topic, match.Place
			}
		}
	})
	return m.advisor.Warm(ctx, region, rows)
}
