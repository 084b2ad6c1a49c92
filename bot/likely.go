package bot

import (
	"context"
	"fmt"
	"slices"

	"otklik/storage"
)

// decideRows are the decisions on a new incident below the best suggestion.
// What the journal taught is offered as one tap: «Важно» beside «Ещё», and the
// likeliest reason beside «Не требует ответа», unless a proposal to merge stands
// there. The widest labels are two a row, so that a phone shows them whole.
func (b *Bot) decideRows(ctx context.Context, s *speaker, f facts) ([][]button, error) {
	advice, err := b.store.Advice(ctx, f.ID)
	if err != nil {
		return nil, fmt.Errorf("advice on incident %d: %w", f.ID, err)
	}
	assign := s.button("button_assign", nil, data("menu", f.ID, "assign"))
	dismiss := s.button("button_dismiss", nil, data("menu", f.ID, "dismiss"))
	more := []button{s.button("button_more", nil, data("menu", f.ID, "more"))}
	if advice.Urgent && f.incident.Importance == storage.Normal {
		more = append(more, s.importanceButton(f))
	}
	proposed := mergeWith(s, f)
	if len(proposed) == 0 && slices.Contains(dismissals, advice.Reason) {
		proposed = []button{s.button("button_dismiss_as", advice.Reason, data("dismiss", f.ID, advice.Reason))}
	}
	if len(proposed) == 0 {
		return [][]button{{assign, dismiss}, more}, nil
	}
	return [][]button{append([]button{assign}, more...), append([]button{dismiss}, proposed...)}, nil
}

func (s *speaker) importanceButton(f facts) button {
	return s.button("button_importance", f, data("importance", f.ID, nextImportance(f.incident.Importance)))
}

// byLikelihood puts topics in the order that the journal taught for an incident;
// those it says nothing of keep theirs, behind.
func (b *Bot) byLikelihood(ctx context.Context, incident int64, topics []storage.Topic) error {
	advice, err := b.store.Advice(ctx, incident)
	if err != nil {
		return fmt.Errorf("advice on incident %d: %w", incident, err)
	}
	place := map[int64]int{}
	for i, topic := range advice.Topics {
		place[topic] = i - len(advice.Topics)
	}
	slices.SortStableFunc(topics, func(a, b storage.Topic) int { return place[a.ID] - place[b.ID] })
	return nil
}
