package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
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
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	found := m.Probe(ctx)
	for _, network := range slices.Sorted(maps.Keys(found)) {
		for _, c := range found[network] {
			if c.Err != nil {
				r.line(false, "%s: %s: %v", c.Key, c.What, c.Err)
				continue
			}
			r.line(true, "%s: %s", c.Key, c.What)
		}
	}
}
