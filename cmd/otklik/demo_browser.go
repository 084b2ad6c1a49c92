package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
)

// openBrowser shows an address in the person's browser if it can; the address
// is printed anyway, so what fails here is told to nobody. The browser lives
// longer than the demo.
func openBrowser(ctx context.Context, address string) {
	program := "xdg-open"
	switch {
	case runtime.GOOS == "darwin":
		program = "open"
	case os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "":
		return // it would open a browser for terminals over this one
	}
	c := exec.CommandContext(context.WithoutCancel(ctx), program, address)
	if c.Start() == nil {
		_ = c.Process.Release()
	}
}
