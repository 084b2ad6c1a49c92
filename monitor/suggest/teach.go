package suggest

import "otklik/storage"

// verdict is what the journal says about an incident up to some line, without
// what was taken back.
type verdict struct {
	post       int64 // the first one
	rulesSaid  int64 // the topic by the rules
	topic      int64
	topicSet   bool // somebody chose the topic
	importance storage.Importance
	asked      bool // somebody has to answer
	body       int64
	official   int64  // of the body; 0 when only the body was named
	reason     string // of the dismissal, "" for none
	corrected  bool   // what stands replaced something else
}

// verdictOf reads the lines about an incident.
func verdictOf(lines []storage.Event) (v verdict) {
	undone := map[int64]bool{}
	for _, e := range lines {
		undone[e.Data.Undoes] = true
	}
	for _, e := range lines {
		if !undone[e.ID] {
			v.read(e)
		}
	}
	return v
}

func (v *verdict) read(e storage.Event) {
	switch e.Kind {
	case storage.Registered:
		v.post, v.rulesSaid, v.topic, v.importance = e.Data.Post, e.Data.Topic, e.Data.Topic, e.Data.Importance
	case storage.TopicSet:
		v.topic, v.topicSet = e.Data.Topic, true
	case storage.ImportanceSet:
		v.importance = e.Data.Importance
	case storage.AssignedTo:
		v.corrected = v.corrected || v.asked
		v.asked, v.body, v.official, v.reason = true, e.Data.Body, e.Data.Official, ""
	case storage.Returned:
		v.body, v.official = e.Data.Body, 0
	case storage.DismissedBy:
		v.corrected = v.corrected || v.asked
		v.asked, v.body, v.official, v.reason = false, 0, 0, e.Data.Reason
	}
}

// class is what a head should say, 0 when nobody decided.
func (v verdict) class(k headKind) int64 {
	switch {
	case k == bodyHead:
		return v.body
	case k == topicHead && (v.asked || v.topicSet):
		return v.topic
	case k == urgencyHead && v.asked:
		return urgencyClass(v.importance)
	case k == reasonHead && v.reason != "":
		return reasonClass(v.reason)
	case k == reasonHead && v.asked:
		return answered
	}
	return 0
}

// concerns are the heads that a line can teach something.
func concerns(kind storage.EventKind) []headKind {
	switch kind {
	case storage.TopicSet:
		return []headKind{bodyHead, topicHead}
	case storage.ImportanceSet:
		return []headKind{urgencyHead}
	}
	return []headKind{bodyHead, topicHead, urgencyHead, reasonHead}
}

// correction is how much more a decision counts that replaced another.
const correction = 2

// teach learns what a decision means for an incident: whatever it changes is
// taken back, and what stands now is learned. It says whether anything was.
func (m *model) teach(incident int64, kind storage.EventKind, v verdict, text string, place int64, p present) (taught bool) {
	c := Case{Text: text, Topic: v.topic, Place: place}
	byRules := Case{Text: text, Topic: v.rulesSaid, Place: place}
	all := c.features(m.words)
	weight := float32(1)
	if v.corrected {
		weight = correction
	}
	for _, k := range concerns(kind) {
		class := v.class(k)
		if before := m.learned(incident, k); before == class && kind != storage.TopicSet {
			continue
		}
		taught = m.unlearn(incident, k) != 0 || taught
		if class == 0 {
			continue
		}
		l := &lesson{incident: incident, head: k, class: class, features: all}
		standard := int64(0)
		switch k {
		case bodyHead:
			standard = p.standard(c, m.desk)
		case topicHead:
			l.features, standard = byRules.features(m.words), v.rulesSaid
		case urgencyHead:
			standard = ordinary
		}
		m.learn(l, standard, weight)
		if k == bodyHead && v.official != 0 {
			l.taken = m.desk.take(class, v.topic, v.official)
		}
		taught = true
	}
	if taught {
		m.words.add(all)
	}
	return taught
}

// teachRow learns a labelled complaint that no incident was made of.
func (m *model) teachRow(c Case, labels [heads]int64, earns bool, p present) {
	all := c.features(m.words)
	for k, class := range labels {
		if class == 0 {
			continue
		}
		standard := int64(-1)
		switch {
		case !earns:
		case headKind(k) == bodyHead:
			standard = p.standard(c, m.desk)
		default:
			standard = 0
		}
		l := &lesson{head: headKind(k), class: class, features: all}
		if headKind(k) == topicHead {
			l.features = Case{Text: c.Text, Place: c.Place}.features(m.words)
		}
		m.learn(l, standard, 1)
	}
	m.words.add(all)
}
