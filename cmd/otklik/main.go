// Command otklik brings residents' complaints from social networks to those
// who must answer, inside Telegram. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // a container from scratch has no time zones

	"github.com/spf13/cobra"
)

// wrongSetting is a mistake that whoever installs Otklik can mend: it names the
// key, never its value. The process ends with status 2.
type wrongSetting struct {
	key string
	err error
}

func (e wrongSetting) Error() string {
	if e.key == "" {
		return e.err.Error() // it names the key itself
	}
	return e.key + ": " + e.err.Error()
}
func (e wrongSetting) Unwrap() error { return e.err }

// frugal is how much the heap may grow between two collections, in percent. The
// daemon idles most of the time: less memory is worth some work when it reads
// much. GOGC says otherwise.
const frugal = 60

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(frugal)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := root().ExecuteContext(ctx)
	if err == nil {
		return
	}
	// Some drivers say it in several lines; whoever reads a log wants one.
	fmt.Fprintln(os.Stderr, "otklik:", strings.Join(strings.Fields(err.Error()), " "))
	if errors.As(err, new(wrongSetting)) {
		os.Exit(2)
	}
	os.Exit(1)
}

// root is the command line; without a subcommand it runs.
func root() *cobra.Command {
	runs := runCommand()
	c := &cobra.Command{
		Use:           "otklik",
		Short:         "From a resident's complaint to the official's answer, inside Telegram",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          runs.RunE,
	}
	c.AddCommand(runs, demoCommand(), importCommand(), rulesCommand(), doctorCommand(), versionCommand())
	return c
}
