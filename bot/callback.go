package bot

import (
	"strconv"
	"strings"
)

// maxData is how many bytes of data Telegram lets a button have.
const maxData = 64

// data makes the data of a button: "name:incident:arg:…".
func data(name string, incident int64, args ...any) string {
	parts := []string{name, strconv.FormatInt(incident, 10)}
	for _, a := range args {
		switch a := a.(type) {
		case int64:
			parts = append(parts, strconv.FormatInt(a, 10))
		case int:
			parts = append(parts, strconv.Itoa(a))
		case string:
			parts = append(parts, a)
		}
	}
	return strings.Join(parts, ":")
}

// pressed is the data of a button, read. Nothing in it is trusted: anybody can
// send any data.
type pressed struct {
	name     string
	incident int64
	args     []string
}

// readData reads the data of a press; it is not ok for what data never made.
func readData(raw string) (p pressed, ok bool) {
	if len(raw) > maxData {
		return p, false
	}
	parts := strings.Split(raw, ":")
	if len(parts) < 2 {
		return p, false
	}
	for _, r := range parts[0] {
		if (r < 'a' || r > 'z') && r != '_' {
			return p, false
		}
	}
	id, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || id < 0 || parts[0] == "" {
		return p, false
	}
	return pressed{parts[0], id, parts[2:]}, true
}

// arg is the i-th argument of a press, "" for none.
func (a ask) arg(i int) string {
	if i < len(a.args) {
		return a.args[i]
	}
	return ""
}

// id is the i-th argument as an id, 0 for none.
func (a ask) id(i int) int64 {
	n, err := strconv.ParseInt(a.arg(i), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
