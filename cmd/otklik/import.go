package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"otklik/monitor"
	"otklik/monitor/suggest"
	"otklik/storage"
)

func importCommand() *cobra.Command {
	var options importOptions
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Read posts from a CSV or JSON lines file, plain or gzip",
		Long: "Read posts from a CSV or JSON lines file, plain or gzip; - is the standard input.\n" +
			"Columns and fields are those of the intake: text, url, network, external_id, published_at, …\n" +
			"With --labelled no posts are stored: what was decided on the texts of a CSV file warms a region's suggestions.\n" +
			"Its columns are text and any of body, topic (name or code) and reason (" + strings.Join(suggest.Reasons, ", ") + ").\n" +
			"Run it while the daemon is stopped: one process works with a database.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := loadConfig()
			if err != nil {
				return err
			}
			return importFile(c, cfg, args[0], options)
		},
	}
	c.Flags().StringVar(&options.region, "region", "", "every line concerns this region; without it, only those that name a place or a source of one")
	c.Flags().StringVar((*string)(&options.format), "format", "", "csv or jsonl; without it, the file is looked at")
	c.Flags().BoolVar(&options.labelled, "labelled", false, "learn from the labels of a CSV file who answers, by --region")
	c.Flags().StringVar(&options.by, "map", "", "the map of columns or fields: youscan, generic, or one of OTKLIK_INTAKE_MAPS")
	return c
}

// importOptions are the flags of import.
type importOptions struct {
	region string
	format monitor.Format
	by     string // the name of a map

	labelled bool
}

func importFile(c *cobra.Command, cfg config, path string, o importOptions) (err error) {
	if o.format != monitor.Guess && o.format != monitor.CSV && o.format != monitor.JSONLines {
		return fmt.Errorf("--format %s: must be csv or jsonl", o.format)
	}
	if o.labelled && o.region == "" {
		return errors.New("--labelled needs --region: whose suggestions are warmed")
	}
	file, size, err := openImport(c, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	store, err := openStore(c.Context(), cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	options := monitor.ImportOptions{Format: o.format, Map: o.by}
	if o.region != "" {
		r, err := store.RegionNamed(c.Context(), o.region)
		if errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("--region %s: there is no such region; /setup in its group makes it", o.region)
		}
		if err != nil {
			return err
		}
		options.Region = r.ID
	}
	m, err := monitor.New(store, monitor.Config{Recent: cfg.Recent, Maps: cfg.maps}, zerolog.Nop())
	if err != nil {
		return wrongSetting{err: err}
	}
	if o.labelled {
		return importLabelled(c.Context(), c.OutOrStdout(), m, options.Region, file)
	}
	bar := progress(c.ErrOrStderr(), size)
	started := time.Now()
	counts, err := m.Import(c.Context(), io.TeeReader(file, bar), options)
	if e := bar.Finish(); e != nil && err == nil {
		err = e
	}
	tell(c.OutOrStdout(), counts, time.Since(started))
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped; the same file again goes on where this ended")
	}
	return err
}

// openImport opens a file and tells its size, -1 when nobody knows.
func openImport(c *cobra.Command, path string) (io.ReadCloser, int64, error) {
	if path == "-" {
		return io.NopCloser(c.InOrStdin()), -1, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// progress is a bar on a terminal and nothing elsewhere.
func progress(out io.Writer, size int64) *progressbar.ProgressBar {
	f, ok := out.(*os.File)
	return progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(out), progressbar.OptionSetVisibility(ok && term.IsTerminal(int(f.Fd()))),
		progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
}

func tell(out io.Writer, n monitor.Counts, took time.Duration) {
	fmt.Fprintf(out, "new %d, duplicate %d, unmatched %d, rejected %d; incidents %d; %.1f s\n",
		n.New, n.Duplicate, n.Unmatched, n.Rejected, n.Incidents, took.Seconds())
	if n.Changed > 0 {
		fmt.Fprintf(out, "edited, deleted or restored: %d\n", n.Changed)
	}
	for _, reason := range slices.Sorted(maps.Keys(n.Reasons)) {
		fmt.Fprintf(out, "rejected for %s: %d\n", reason, n.Reasons[reason])
	}
}
