package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	telegram "otklik/bot/sandbox"
	"otklik/storage"
)

// demoOptions are what the command line says of the demo.
type demoOptions struct {
	listen   string        // host:port of this machine; port 0 is any free one
	database string        // "": a temporary one, thrown away at the end
	browser  bool          // open the page
	pace     time.Duration // between two complaints written for the demo

	ready func(*demo, string) // told once everything runs, with the page's address; nil tells nobody
}

func demoCommand() *cobra.Command {
	opt := demoOptions{pace: 25 * time.Second, browser: true}
	silent := false
	c := &cobra.Command{
		Use:   "demo",
		Short: "Play a region on one page, without a token or a network",
		Long: "Play a region on one page, without a token or a network: its chats and a wall\n" +
			"where residents complain, both made on this machine.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			opt.browser = !silent
			return runDemo(c.Context(), opt, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&opt.listen, "listen", "127.0.0.1:0", "address of the page on this machine")
	c.Flags().StringVar(&opt.database, "database", "", "keep the demo's data in this new database (default: throw it away)")
	c.Flags().BoolVar(&silent, "no-browser", false, "only print the address")
	return c
}

// demoUpkeep is how often the demo does what time asks of it: who plays does not
// want to wait a minute for an alarm.
const demoUpkeep = 5 * time.Second

// demo is a region at play.
type demo struct {
	store   *storage.Store
	world   *world
	seed    *seed
	past    int64 // the last incident of the history
	list    []complaint
	written atomic.Int64 // complaints written for the demo
	log     zerolog.Logger
}

// runDemo plays until ctx ends and leaves nothing behind.
func runDemo(ctx context.Context, opt demoOptions, out io.Writer) (err error) {
	if !onThisMachine(opt.listen) {
		return wrongSetting{"--listen", errors.New("must be an address of this machine, such as 127.0.0.1:8080: whoever opens the page plays everybody")}
	}
	cfg := config{
		BotToken: telegram.DefaultToken, Database: opt.database, Language: "ru", LogLevel: zerolog.WarnLevel,
		GroupRate: 20, Hold: 5 * time.Second, Probe: "on", Retention: 90, Recent: 1000, AllowPrivate: true, rarest: 3 * time.Second,
	}
	if cfg.Database == "" {
		dir, e := os.MkdirTemp("", "otklik-demo-")
		if e != nil {
			return e
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		cfg.Database = filepath.Join(dir, "demo.db")
	}
	store, err := storage.Open(ctx, cfg.Database)
	if err != nil {
		return wrongSetting{"--database", err}
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", opt.listen)
	if err != nil {
		return wrongSetting{"--listen", err}
	}
	d, err := newDemo(ctx, store, cfg.logger())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer d.world.telegram.Close()
	return d.run(ctx, cfg, opt, listener, out)
}

// onThisMachine tells whether an address can be reached from this machine only.
func onThisMachine(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// newDemo makes the region, its past, and the sandboxes. The database must be
// empty: what stands in the chats of another demo is gone with it.
func newDemo(ctx context.Context, store *storage.Store, log zerolog.Logger) (*demo, error) {
	regions, err := store.Regions(ctx)
	if err != nil {
		return nil, err
	}
	if len(regions) > 0 {
		return nil, wrongSetting{"--database", errors.New("has a region already: the demo starts with an empty database")}
	}
	d := &demo{store: store, world: newWorld(store), log: log}
	if d.list, err = demoComplaints(demoComplaintsText); err != nil {
		return nil, err
	}
	if d.seed, err = past(ctx, store, d.world, d.list); err != nil {
		return nil, fmt.Errorf("make the demo's past: %w", err)
	}
	newest, err := store.Incidents(ctx, storage.QueueFilter{Region: d.seed.region, States: everyState, Limit: 100_000})
	if err != nil {
		return nil, err
	}
	if n := len(newest); n > 0 {
		d.past = newest[n-1].ID
	}
	return d, nil
}

var everyState = []storage.State{storage.New, storage.Assigned, storage.Answered, storage.Closed, storage.Dismissed, storage.Merged}

// past makes the region and its seven days; nothing of it is told to anybody.
func past(ctx context.Context, store *storage.Store, w *world, list []complaint) (s *seed, err error) {
	now := time.Now()
	err = store.Unsynced(ctx, func() error {
		setClock(store, now.AddDate(0, 0, -demoDays-1))
		defer func() { setClock(store, time.Now()) }()
		if s, err = sow(ctx, store, w); err != nil {
			return err
		}
		return replay(ctx, store, w, s, list, now)
	})
	if err != nil {
		return nil, err
	}
	if err := store.ForgetOutgoing(ctx); err != nil {
		return nil, err
	}
	return s, s.watch(ctx, store, w)
}

// run lets the real bot and the real monitor work with the sandboxes until ctx
// ends; the sandboxes outlive them, so that both can end in peace.
func (d *demo) run(ctx context.Context, cfg config, opt demoOptions, listener net.Listener, out io.Writer) (err error) {
	address := "http://" + listener.Addr().String()
	restore, err := onlyThese(d.world.settings(address))
	defer func() { err = errors.Join(err, restore()) }()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	cfg.TelegramURL, cfg.Owners = address, []int64{d.world.admin.ID()}
	parts, err := assemble(d.store, cfg, d.log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	d.world.serve()
	d.world.telegram.ServePage(d.page(ctx))
	d.world.start()
	d.write(d.list[0])

	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- serveDemo(serving, listener, d.world.telegram) }()
	fmt.Fprintf(out, "Отклик · демо: %s/\nCtrl-C — конец. Ctrl-C ends it.\n", address)
	if opt.browser {
		openBrowser(ctx, address+"/")
	}
	err = together(ctx,
		parts.bot.Run,
		parts.monitor.Run,
		func(ctx context.Context) error { return upkeep(ctx, d.store, cfg, demoUpkeep, d.log) },
		func(ctx context.Context) error { return d.writeAll(ctx, opt.pace) },
		func(ctx context.Context) error {
			select {
			case err := <-served:
				served <- err
				return err
			case <-ctx.Done():
				return nil
			}
		},
		func(ctx context.Context) error {
			if opt.ready != nil {
				opt.ready(d, address)
			}
			return nil
		},
	)
	stop()
	return errors.Join(err, <-served)
}

// serveDemo answers until ctx ends; open streams and long polls end with it.
func serveDemo(ctx context.Context, l net.Listener, h http.Handler) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	err := s.Shutdown(patience)
	if err != nil {
		err = s.Close()
	}
	if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
