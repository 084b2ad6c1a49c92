package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kelseyhightower/envconfig"

	"otklik/storage"
)

// networks lists every network that Otklik reads, in the order in which they
// are shown. A network's settings are OTKLIK_<prefix>_…: EVERY and PROXY of
// `pace` for each, the rest in a struct of its own, which open reads. An open
// that returns a nil Network is not set up: its sources are told to lack the
// setting in the column needs.
//
// To add a network: a file with its open function and its tests, and one line.
func networks() []network {
	return []network{
		{name: "vk", prefix: "VK", needs: "TOKEN", every: 2 * time.Minute, parallel: vkParallel, open: openVK},
		{name: "ok", prefix: "OK", needs: "TOKEN", every: 2 * time.Minute, parallel: 4, open: openOK},
		{name: "facebook", prefix: "FACEBOOK", needs: "PAGES", every: 5 * time.Minute, parallel: 2, open: openFacebook},
		{name: "instagram", prefix: "INSTAGRAM", needs: "ACCOUNTS", every: 5 * time.Minute, parallel: 2, open: openInstagram},
		{name: "x", prefix: "X", needs: "TOKEN", every: 2 * time.Minute, parallel: 4, open: openX},
		{name: "telegram", every: 5 * time.Minute, parallel: 8, inside: true, open: openTelegram},
		{name: "rss", also: []string{"web"}, prefix: "RSS", every: 5 * time.Minute, parallel: 8, open: openRSS},
	}
}

// network is one line of the table.
type network struct {
	name     string
	also     []string      // other names that sources of it may have
	prefix   string        // of its settings
	needs    string        // the setting without which it is not set up
	every    time.Duration // between two readings of a busy source, unless set
	parallel int           // how many sources are read at once
	inside   bool          // it comes through the database: no calls, no settings
	open     func(setup) (Network, error)
}

// pace is what can be set for each network alike.
type pace struct {
	Every time.Duration // between two readings of a busy source; 0: the network's own
	Proxy string        // address of a proxy for all its calls; "": none
}

// settingsPrefix begins the name of every setting.
const settingsPrefix = "OTKLIK"

// read fills a struct from the environment under the network's prefix.
func (n network) read(into any) error {
	return ReadSettings(settingsPrefix+"_"+n.prefix, into)
}

// ReadSettings fills a struct from the environment under a prefix. An error
// names the key and what is expected, never the value: that may be a secret.
func ReadSettings(prefix string, into any) error {
	err := envconfig.Process(prefix, into)
	var parse *envconfig.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	want, ok := settingTypes[parse.TypeName]
	if !ok {
		want = parse.TypeName
	}
	return fmt.Errorf("%s: the value cannot be read as %s", parse.KeyName, want)
}

// onOff is a setting that is on or off.
type onOff bool

// UnmarshalText reads on and off, and nothing else.
func (o *onOff) UnmarshalText(text []byte) error {
	if *o = string(text) == "on"; !*o && string(text) != "off" {
		return errors.New("neither on nor off")
	}
	return nil
}

// settingTypes are the types of settings in words.
var settingTypes = map[string]string{
	"time.Duration": "a time such as 20s or 5m",
	"Duration":      "a time such as 20s or 5m",
	"int":           "a whole number",
	"int64":         "a whole number",
	"[]int64":       "whole numbers by comma",
	"bool":          "true or false",
	"Level":         "one of trace, debug, info, warn, error",
	"onOff":         "on or off",
	"monitor.onOff": "on or off",
	"zerolog.Level": "one of trace, debug, info, warn, error",
}

// key is the name of one of the network's settings.
func (n network) key(setting string) string { return settingsPrefix + "_" + n.prefix + "_" + setting }

// opened is a network at work.
type opened struct {
	name    string
	needs   string  // the setting that is missing when network is nil
	network Network // nil: not set up
	every   time.Duration
	slots   chan struct{} // one for each source that is being read
	turns   *turns        // of searches; nil: cannot be searched

	mu     sync.Mutex
	paused map[string]time.Time // by scope of a Limited: no calls before
}

func (n network) start(cfg Config, store *storage.Store, fails func(AuthLost, time.Time)) (*opened, error) {
	var p pace
	if !n.inside {
		if err := n.read(&p); err != nil {
			return nil, err
		}
	}
	if p.Every < 0 || p.Every > 0 && p.Every < time.Second {
		return nil, fmt.Errorf("%s: less than a second", n.key("EVERY"))
	}
	if p.Every == 0 {
		p.Every = n.every
	}
	d, err := newDialing(cfg, p.Proxy)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.key("PROXY"), err)
	}
	clients := map[reach]*http.Client{}
	network, err := n.open(setup{read: n.read, store: store, fails: fails, client: func(r reach) *http.Client {
		if clients[r] == nil {
			clients[r] = d.client(r)
		}
		return clients[r]
	}})
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", n.name, err)
	}
	return &opened{
		name: n.name, needs: n.key(n.needs), network: network, every: p.Every,
		slots: make(chan struct{}, max(n.parallel, 1)), turns: newTurns(network), paused: map[string]time.Time{},
	}, nil
}

// slot waits for leave to read one more source; give ends it.
func (o *opened) slot(ctx context.Context) (give func(), err error) {
	select {
	case o.slots <- struct{}{}:
		return func() { <-o.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// scope is what a Limited is remembered under: a method is that of all sources
// of one kind.
func (l Limited) scope(kind string) string {
	if l.Scope == "method" {
		return "method " + kind
	}
	return ""
}

// hold remembers that the network wants no calls for a while.
func (o *opened) hold(l Limited, kind string) {
	if l.Scope == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	key := l.scope(kind)
	if l.Until.After(o.paused[key]) {
		o.paused[key] = l.Until
	}
}

// heldUntil is the time before which sources of a kind are not to be read.
func (o *opened) heldUntil(kind string) time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	all, method := o.paused[""], o.paused["method "+kind]
	if method.After(all) {
		return method
	}
	return all
}

// SettingNames are the names of all settings of all networks, in the order of
// the table: what .env.example has to tell.
func SettingNames() ([]string, error) {
	var list []string
	for _, n := range networks() {
		if n.inside {
			continue
		}
		specs := []any{&pace{}}
		// With nothing but defaults a network is not set up, but says what it would read.
		unset := network{prefix: n.prefix + "_UNSET"}
		_, err := n.open(setup{
			read:   func(into any) error { specs = append(specs, into); return unset.read(into) },
			client: func(reach) *http.Client { return http.DefaultClient },
		})
		if err != nil {
			return nil, fmt.Errorf("settings of %s: %w", n.name, err)
		}
		for _, s := range specs {
			var b strings.Builder
			if err := envconfig.Usagef(settingsPrefix+"_"+n.prefix, s, &b, "{{range .}}{{usage_key .}}\n{{end}}"); err != nil {
				return nil, fmt.Errorf("settings of %s: %w", n.name, err)
			}
			for _, name := range strings.Fields(b.String()) {
				if !slices.Contains(list, name) {
					list = append(list, name)
				}
			}
		}
	}
	return list, nil
}
