package monitor

import (
	"errors"
	"fmt"
	"time"

	"github.com/kelseyhightower/envconfig"
)

// networks lists every network that Otklik reads, in the order in which they
// are shown. A network's settings are OTKLIK_<prefix>_…: URL, EVERY and PROXY
// of `pace` for each, the rest in a struct of its own, which open reads with
// its first argument. An open that returns a nil Network is not set up: its
// sources are told to be without a token.
//
// To add a network: a file with its open function and its tests, and one line.
func networks() []network {
	return []network{}
}

// network is one line of the table.
type network struct {
	name   string
	prefix string
	every  time.Duration // between two readings of a source, unless set
	open   func(read func(any) error, client clientFunc) (Network, error)
}

// pace is what can be set for each network alike.
type pace struct {
	Every time.Duration // between two readings of a source; 0: the network's own
	Proxy string        // address of a proxy for all its calls; "": none
}

// settingsPrefix begins the name of every setting.
const settingsPrefix = "OTKLIK"

// settings reads a struct from the environment under a network's prefix.
func (n network) settings(into any) error {
	prefix := settingsPrefix + "_" + n.prefix
	err := envconfig.Process(prefix, into)
	var parse *envconfig.ParseError
	if errors.As(err, &parse) {
		// Its own text would show the value, which may be a secret.
		return fmt.Errorf("%s: not a valid %s", parse.KeyName, parse.TypeName)
	}
	return err
}
