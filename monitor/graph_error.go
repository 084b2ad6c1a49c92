package monitor

import (
	"fmt"
	"time"
)

// graphError is an error as the network tells it. Its own words are left out:
// they may repeat what was sent.
type graphError struct {
	Code      graphNumber `json:"code"`
	Subcode   graphNumber `json:"error_subcode"`
	Transient bool        `json:"is_transient"`
}

func (e *graphError) Error() string {
	return fmt.Sprintf("error %d/%d of the graph", e.Code, e.Subcode)
}

// The codes of the network. Those of 200 to 299 are missing permissions, too.
const (
	graphUnknown     = 1
	graphService     = 2
	graphAppLimit    = 4
	graphPermission  = 10
	graphUserLimit   = 17
	graphTagLimit    = 18
	graphNoSuchTag   = 24
	graphPageLimit   = 32
	graphParameter   = 100
	graphInvisible   = 33 // a subcode of graphParameter
	graphSession     = 102
	graphToken       = 190
	graphImage       = 324 // missing, or none that can be read
	graphAbusive     = 368
	graphRepeated    = 506
	graphCustomLimit = 613
	graphNoSuchAlias = 803
	graphNotAllowed  = 1705
	graphPagesLimit  = 80001
	graphIGLimit     = 80002
)

const (
	graphLater      = 30 * time.Second // after trouble that passes
	graphLimitRest  = 30 * time.Minute // after a limit whose end is not told
	graphCustomRest = 5 * time.Minute
	graphTagRest    = 6 * time.Hour // until a hashtag may have left the window of seven days
	graphBlockRest  = 24 * time.Hour
)

// learn draws the consequences of a refusal for the account and says of what
// kind it is. What passes by itself is Retry where nothing was to be written;
// a writing that met it may have been carried out.
func (g *graph) learn(a *graphAccount, e *graphError, reading bool) error {
	kind := error(nil)
	switch code := int(e.Code); {
	case code == graphToken || code == graphSession:
		lost := AuthLost{Key: a.key, Number: a.number}
		a.mu.Lock()
		a.lost = true
		a.mu.Unlock()
		g.fails(lost, time.Time{})
		kind = lost
	case code == graphAppLimit:
		kind = g.restApp(graphLimitRest)
	case code == graphCustomLimit:
		kind = a.rest(graphCustomRest)
	case code == graphUserLimit, code == graphPageLimit, code == graphPagesLimit, code == graphIGLimit:
		kind = a.rest(graphLimitRest)
	case code == graphTagLimit:
		kind = Limited{Until: time.Now().Add(graphTagRest)}
	case code == graphAbusive:
		blocked := a.block(graphBlockRest)
		g.fails(AuthLost{Key: a.key, Number: a.number, Cause: causeBlocked}, blocked.Until)
		kind = blocked
	case code == graphRepeated:
		kind = CannotPublish{Reason: reasonDuplicate}
	case code == graphImage:
		kind = PhotosRefused{}
	case code == graphNotAllowed:
		kind = CannotPublish{Reason: reasonForbidden}
	case code == graphPermission || code >= 200 && code < 300:
		kind = Forbidden{}
	case code == graphParameter && e.Subcode == graphInvisible, code == graphNoSuchAlias, code == graphNoSuchTag:
		kind = Gone{}
	case code == graphParameter:
		kind = BadConfig{What: e.Error()}
	case reading && (e.Transient || code == graphUnknown || code == graphService):
		kind = Retry{After: graphLater}
	}
	if kind == nil {
		return e
	}
	return fmt.Errorf("%w: %w", e, kind)
}
