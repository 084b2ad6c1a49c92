package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built is the binary as it is shipped, made once for all tests.
var built = sync.OnceValues(func() (path string, err error) {
	if builtDir, err = os.MkdirTemp("", "otklik-built-"); err != nil {
		return "", err
	}
	path = filepath.Join(builtDir, "otklik")
	return path, build(path)
})

var builtDir string

func build(path string, env ...string) error {
	c := exec.Command("go", "build", "-o", path, ".")
	c.Env = append(os.Environ(), env...)
	if out, err := c.CombinedOutput(); err != nil {
		return errors.Join(err, errors.New(string(out)))
	}
	return nil
}

func TestMain(m *testing.M) {
	code := m.Run()
	if builtDir != "" {
		_ = os.RemoveAll(builtDir)
	}
	os.Exit(code)
}

// process is an otklik of its own, with nothing in its environment but what it
// was given.
type process struct {
	*exec.Cmd
	t      testing.TB
	stderr *output
	ended  chan struct{}
	err    error // of the end
}

// begin starts the binary; the test ends it if it still runs.
func begin(t testing.TB, env map[string]string, args ...string) *process {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return beginIn(t, t.TempDir(), path, env, args...)
}

// beginIn starts a binary in a folder, whose .env it reads.
func beginIn(t testing.TB, dir, path string, env map[string]string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(path, args...), t: t, stderr: &output{}, ended: make(chan struct{})}
	p.Dir, p.Stderr = dir, p.stderr
	p.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.Dir}
	for key, value := range env {
		p.Env = append(p.Env, key+"="+value)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

// kill ends the process as a power cut would, and waits for its end.
func (p *process) kill() {
	_ = p.Process.Kill() // it may have ended
	<-p.ended
}

// stop asks it to end, and returns its exit status and how long it took.
func (p *process) stop() (status int, took time.Duration) {
	p.t.Helper()
	asked := time.Now()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Errorf("stop: %v", err)
	}
	return p.status(20 * time.Second), time.Since(asked)
}

// status waits for the end and returns the exit status.
func (p *process) status(patience time.Duration) int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Errorf("it still runs after %v:\n%s", patience, p.stderr)
		p.kill()
	}
	return p.ProcessState.ExitCode()
}

// address is where it serves, "" while it does not or when it has ended.
func (p *process) address() string {
	for line := range strings.Lines(p.stderr.String()) {
		var said struct{ Message, Listen string }
		if json.Unmarshal([]byte(line), &said) == nil && said.Message == "otklik runs" {
			return "http://" + said.Listen
		}
	}
	return ""
}

// serving waits until it serves.
func (p *process) serving() string {
	p.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		if a := p.address(); a != "" {
			return a
		}
		select {
		case <-p.ended:
			p.t.Fatalf("it ended with %v:\n%s", p.err, p.stderr)
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("it does not serve:\n%s", p.stderr)
		}
	}
}

// get asks one of its pages; 0 is no answer at all.
func (p *process) get(path string) (code int, body string) {
	c := http.Client{Timeout: 5 * time.Second}
	resp, err := c.Get(p.address() + path)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(data)
}

// becomes waits until a page answers with a code.
func (p *process) becomes(path string, want int, patience time.Duration) {
	p.t.Helper()
	p.serving()
	for deadline := time.Now().Add(patience); ; {
		code, body := p.get(path)
		if code == want {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s is %d %s, want %d:\n%s", path, code, body, want, p.stderr)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// output is what a process writes, readable while it runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
