package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"otklik/bot"
	"otklik/monitor"
	"otklik/storage"
)

func doctorCommand() *cobra.Command {
	release := false
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check configuration, database, journal, Telegram and the networks' tokens",
		Long: "Check configuration, database, journal, Telegram and the networks' tokens.\n" +
			"Run it while the daemon is stopped: one process works with a database.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := loadConfig()
			if err != nil {
				return err
			}
			return doctor(c.Context(), cfg, c.OutOrStdout(), release)
		},
	}
	c.Flags().BoolVar(&release, "release", false, "let a restored copy of the database speak again")
	return c
}

// errUnhealthy says that doctor found something; what, it has printed.
var errUnhealthy = errors.New("not everything is well: see above")

// report prints one line a finding and remembers whether any was bad.
type report struct {
	out io.Writer
	bad bool
}

func (r *report) line(ok bool, format string, args ...any) {
	mark := "ok   "
	if !ok {
		mark, r.bad = "FAIL ", true
	}
	fmt.Fprintf(r.out, mark+format+"\n", args...)
}

// doctor checks everything in order and names what is wrong and what cures it.
func doctor(ctx context.Context, cfg config, out io.Writer, release bool) (err error) {
	r := &report{out: out}
	if err := cfg.checkBot(); err != nil {
		r.line(false, "%v", err)
	} else {
		r.line(true, "the settings can be read")
	}
	store, err := openStore(ctx, cfg)
	if err != nil {
		r.line(false, "%v", err)
	} else {
		defer func() { err = errors.Join(err, store.Close()) }()
		if err := r.database(ctx, store, release); err != nil {
			return err
		}
	}
	if cfg.BotToken != "" {
		r.telegram(ctx, cfg)
	}
	r.networks(ctx, store, cfg)
	if r.bad {
		return errUnhealthy
	}
	return nil
}

func (r *report) database(ctx context.Context, store *storage.Store, release bool) error {
	faults, err := store.Integrity(ctx)
	if err != nil {
		return err
	}
	for _, f := range faults {
		r.line(false, "database: %s", f)
	}
	r.line(len(faults) == 0, "the database is whole (%d faults)", len(faults))
	chains, err := store.VerifyJournal(ctx)
	if err != nil {
		return err
	}
	for _, f := range chains {
		r.line(false, "the journal of region %d does not hold at line %d: %s", f.Region, f.Seq, f.Reason)
	}
	r.line(len(chains) == 0, "the journals hold together (%d faults)", len(chains))
	if store.Held() && release {
		if err := store.Release(ctx); err != nil {
			return err
		}
		r.line(true, "the restored copy was released: it speaks again")
	}
	r.line(!store.Held(), "nothing is held back (a restored copy is, until `otklik doctor --release`)")
	return nil
}

func (r *report) telegram(ctx context.Context, cfg config) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	name, err := bot.Check(ctx, bot.Config{Token: cfg.BotToken, URL: cfg.TelegramURL, Proxy: cfg.TelegramProxy})
	if err != nil {
		r.line(false, "Telegram: %v", err)
		return
	}
	r.line(true, "Telegram knows the bot: @%s", name)
}

// networks asks each network that is set up what its tokens allow.
func (r *report) networks(ctx context.Context, store *storage.Store, cfg config) {
	m, err := monitor.New(store, monitor.Config{AllowPrivate: cfg.AllowPrivate}, zerolog.Nop())
	if err != nil {
		r.line(false, "%v", err)
		return
	}
	for _, n := range m.Probe(ctx) {
		switch {
		case n.Missing != "":
			r.line(true, "%s: not set up, nothing to check (%s)", n.Network, n.Missing)
		case n.Mute:
			r.line(true, "%s: needs no token", n.Network)
		case len(n.Allowed) == 0:
			r.line(false, "%s: did not say what its settings allow", n.Network)
		}
		for _, c := range n.Allowed {
			r.capability(n.Network, c)
		}
	}
}

// capability tells one thing that a network allows or refuses, and what cures it.
func (r *report) capability(network string, c monitor.Capability) {
	what, ok := capabilities[c.What]
	if !ok {
		what = c.What
	}
	token := c.Key
	if c.Number > 0 {
		token = fmt.Sprintf("%s, token %d", c.Key, c.Number)
	}
	if c.Err == nil {
		r.line(true, "%s: %s (%s)", network, what, token)
		return
	}
	r.line(false, "%s: %s (%s): %s; %s", network, what, token, strings.Join(strings.Fields(c.Err.Error()), " "), cure(network, c))
}

// capabilities are the codes of what networks allow, in words.
var capabilities = map[string]string{
	"read": "reading", "search": "searching", "publish": "answering", "events": "being told at once", "stream": "being told at once", "photos": "answering with photos",
	"hashtags": "searching by hashtags", "webhook": "being told at once",
}

// cure is what may end a refusal.
func cure(network string, c monitor.Capability) string {
	switch err := c.Err; {
	case errors.As(err, new(monitor.AuthLost)):
		return "put a new token into " + c.Key
	case errors.As(err, new(monitor.Limited)):
		return "nothing to do but wait"
	case errors.As(err, new(monitor.Forbidden)), errors.As(err, new(monitor.CannotPublish)):
		return "give the token the right to it, or make one that has it, for " + c.Key
	case errors.As(err, new(monitor.BadConfig)), errors.As(err, new(monitor.Gone)):
		return "look at " + c.Key
	}
	prefix := prefix + "_" + strings.ToUpper(network)
	return "try again; if it stays so, look at " + prefix + "_URL and " + prefix + "_PROXY"
}
