package monitor

import (
	"errors"
	"fmt"
	"time"
)

// The kinds of errors that networks return, each to be found by errors.As. An
// error of no kind is plain trouble: it is tried again with growing pauses, and
// a publication that met it may or may not have gone out.

// Limited says that the network wants no such calls until a time.
type Limited struct {
	Until time.Time
	Scope string // "method", "token" or "app"; "" for the source alone
}

func (e Limited) Error() string {
	return fmt.Sprintf("limited (%s) until %s", e.Scope, e.Until.UTC().Format(time.RFC3339))
}

// AuthLost says that a token is not valid any more. Key names the setting,
// Number the token in it, from 1; 0 where it is the only one. Cause is a code
// of what a person has to do about it, "" for causeRefused.
type AuthLost struct {
	Key    string
	Number int
	Cause  string
}

func (e AuthLost) Error() string {
	if e.Number > 1 {
		return fmt.Sprintf("token %d refused, see %s", e.Number, e.Key)
	}
	return "token refused, see " + e.Key
}

// The causes why a token does not work.
const (
	causeRefused = "refused" // wrong, expired or withdrawn: a new one is needed
	causeRights  = "rights"  // it lacks a right that was granted before
	causeCaptcha = "captcha" // the network wants to see a person
	causeMoney   = "money"   // what was paid for is used up
	causeBlocked = "blocked" // it may read, and write no answers for a while
)

// Forbidden says that the network will not show this to us: a closed wall, a
// blocked community.
type Forbidden struct{}

func (Forbidden) Error() string { return "access denied" }

// NotOurs says that the network shows this only to those whose it is, and that
// is nobody of ours. It comes with the kind of the refusal.
type NotOurs struct{}

func (NotOurs) Error() string { return "it is not ours, and the network shows it to its owners only" }

// Gone says that what was asked for does not exist any more.
type Gone struct{}

func (Gone) Error() string { return "does not exist" }

// CannotPublish says that the network will not take this answer from us: it
// certainly did not go out, and a person has to publish it. Reason is a code.
type CannotPublish struct{ Reason string }

func (e CannotPublish) Error() string { return "cannot be published: " + e.Reason }

// PhotosRefused says that the network will not take the photos of an answer,
// which certainly did not go out: the text may go without them.
type PhotosRefused struct{}

func (PhotosRefused) Error() string { return "the photos are refused" }

// HandedOver is no failure: somebody else sends the answer and says what became
// of it.
type HandedOver struct{}

func (HandedOver) Error() string { return "handed over" }

// Unheard says that a source does not let us hear what is said there. What is
// the code of what is missing; it is the trouble that the source shows.
type Unheard struct{ What string }

func (e Unheard) Error() string { return "not heard: " + e.What }

// BadConfig says that a source or a setting is wrong, so that trying again
// helps nobody. What says what is wrong with it.
type BadConfig struct{ What string }

func (e BadConfig) Error() string { return "wrong setting: " + e.What }

// Missed says that a stream lost news: what it told of is read at once. Origin
// is the address of the source; "" for all of the network.
type Missed struct{ Origin string }

func (e Missed) Error() string { return "news were missed" }

// ErrNotGenuine says that a call to an address of ours does not come from its
// network.
var ErrNotGenuine = errors.New("the call is not the network's")

// Retry says that the call was certainly not carried out and may be tried
// again after a while.
type Retry struct{ After time.Duration }

func (e Retry) Error() string { return "to be tried again in " + e.After.String() }

// The codes of trouble that a source shows.
const (
	troubleLimited   = "limited"
	troubleToken     = "token"
	troubleForbidden = "forbidden"
	troubleNotOurs   = "not_ours"
	troubleGone      = "gone"
	troubleSetting   = "setting"
	troubleNetwork   = "network"  // out of reach, or its answer makes no sense
	troubleNoToken   = "no_token" // the network is not set up here
	troubleUnknown   = "unknown"  // there is no such network
)

// troubleCode is the code of an error's kind.
func troubleCode(err error) string {
	var limited Limited
	var auth AuthLost
	var forbidden Forbidden
	var gone Gone
	var setting BadConfig
	var unheard Unheard
	switch {
	case errors.As(err, &unheard):
		return unheard.What
	case errors.As(err, new(NotOurs)):
		return troubleNotOurs
	case errors.As(err, &limited):
		return troubleLimited
	case errors.As(err, &auth):
		return troubleToken
	case errors.As(err, &forbidden):
		return troubleForbidden
	case errors.As(err, &gone):
		return troubleGone
	case errors.As(err, &setting):
		return troubleSetting
	}
	return troubleNetwork
}
