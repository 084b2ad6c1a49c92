package suggest

import (
	"slices"

	"otklik/storage"
)

const (
	maxCandidates = 8  // officials kept for an incident
	topicsFrom    = 30 // lessons about topics before their menu is put in order
	reasonsFrom   = 30 // dismissals before a reason is offered
	urgentFrom    = 10 // urgent incidents before urgency is offered
	reliable      = 0.8
)

// advise says what the model thinks of a case, as far as that was earned.
func (m *model) advise(c Case, p present) storage.Advice {
	var a storage.Advice
	all := c.features(m.words)
	if bodies := m.heads[bodyHead].rank(all); len(bodies) > 0 {
		record := m.heads[bodyHead].ledger.record(entry{margin: widthOf(bodies)})
		a.Earned = record.better() && p.has(bodies[0].class)
		a.Officials = m.candidates(bodies, c, p, record, a.Earned)
	}
	if h := m.heads[topicHead]; h.lessons() >= topicsFrom {
		for _, g := range h.rank(all) {
			a.Topics = append(a.Topics, g.class)
		}
	}
	if h := m.heads[reasonHead]; h.lessons()-h.taught[answered] >= reasonsFrom {
		if class := h.offer(all); class > answered {
			a.Reason = Reasons[class-answered-1]
		}
	}
	if h := m.heads[urgencyHead]; h.taught[urgent] >= urgentFrom {
		a.Urgent = h.offer(all) == urgent
	}
	return a
}

// offer is the class that a head predicts where such predictions are reliable,
// else 0.
func (h head) offer(all []feature) int64 {
	guesses := h.rank(all)
	if len(guesses) == 0 {
		return 0
	}
	if !h.ledger.record(entry{guesses[0].class, widthOf(guesses)}).reliable(reliable) {
		return 0
	}
	return guesses[0].class
}

// candidates are the officials in their order. While nothing better was earned,
// who had the topic last stays the first.
func (m *model) candidates(bodies []guess, c Case, p present, record tally, earned bool) []storage.Candidate {
	ranked := p.rank(bodies, c, m.desk)
	if !earned {
		last := m.desk[seat{0, c.Topic}]
		if i := slices.IndexFunc(ranked, func(o storage.Official) bool { return o.ID == last }); i > 0 {
			o := ranked[i]
			ranked = slices.Insert(slices.Delete(ranked, i, i+1), 0, o)
		}
	}
	var list []storage.Candidate
	for i, o := range ranked[:min(maxCandidates, len(ranked))] {
		candidate := storage.Candidate{Official: o.ID}
		if i == 0 && earned {
			candidate.Score = record.precision()
		}
		list = append(list, candidate)
	}
	return list
}
