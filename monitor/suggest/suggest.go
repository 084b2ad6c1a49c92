// Package suggest learns from a region's journal what its administrators decide
// and says it in advance: who should answer a complaint, what it is about,
// whether it is urgent, and whether it needs no answer at all.
//
// A region has one model: four online linear classifiers ("heads") over the
// lemmas of the text, pairs of neighbours, the built-in rules that it meets and
// their topics, the place and the case's topic. Who wrote a complaint, and where,
// is never part of it. A model keeps weights of hashed words, and for the latest
// lessons their hashed words, so that a decision that is undone or corrected is
// taken back exactly; these go with the texts. It keeps no text, so the rest may
// outlive the texts that taught it.
//
// Nothing is believed that was not earned: every lesson is predicted before it
// is learned (progressive validation), and a ledger counts by margin how often
// the prediction was right, and how often where the default was wrong.
package suggest

import "otklik/storage"

// headKind is what a head tells.
type headKind uint8

const (
	bodyHead    headKind = iota // who should answer: the body, since people change
	topicHead                   // what it is about
	urgencyHead                 // urgent or ordinary
	reasonHead                  // the reason of a dismissal, or answered
	heads
)

// The classes of urgencyHead.
const (
	ordinary int64 = iota + 1
	urgent
)

// answered is the class of reasonHead for what somebody has to answer; reasons
// follow from answered+1.
const answered int64 = 1

// Reasons are the codes of dismissals that can be learned.
var Reasons = []string{"no_problem", "no_facts", "insult", "closed_profile", "already_answered", "other_region", "other"}

// reasonClass is the class of a code; of one that is not known that of the last.
func reasonClass(code string) int64 {
	for i, r := range Reasons {
		if r == code {
			return answered + 1 + int64(i)
		}
	}
	return answered + int64(len(Reasons))
}

func urgencyClass(i storage.Importance) int64 {
	if i == storage.Normal {
		return ordinary
	}
	return urgent
}
