package main

import (
	"os"
	"os/exec"
	"runtime"
)

// openBrowser shows an address in the person's browser if it can; the address
// is printed anyway, so what fails here is told to nobody.
func openBrowser(address string) {
	var c *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		c = exec.Command("open", address)
	case "windows":
		c = exec.Command("rundll32", "url.dll,FileProtocolHandler", address)
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return // it would open a browser for terminals over this one
		}
		c = exec.Command("xdg-open", address)
	}
	if c.Start() == nil {
		_ = c.Process.Release() // the browser lives longer than the demo
	}
}
