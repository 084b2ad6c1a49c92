package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	maxUpload  = 50 << 20
	maxRequest = maxUpload + 1<<20
	maxParts   = 1000
)

var errTooLarge = &refusal{code: http.StatusRequestEntityTooLarge, description: "Request Entity Too Large"}

// upload is a file that came with a call.
type upload struct {
	name string
	data []byte
}

// request is a call with its parameters as text; objects and lists are JSON.
type request struct {
	method string
	params map[string]string
	files  map[string]upload
	more   map[string][]upload // further files of the same name
}

// readRequest takes parameters from the address and from a body of any of the
// three kinds that Telegram takes.
func readRequest(r *http.Request, method string) (*request, error) {
	q := &request{method: method, params: map[string]string{}, files: map[string]upload{}, more: map[string][]upload{}}
	for name, values := range r.URL.Query() {
		q.params[name] = values[0]
	}
	if r.Body == nil {
		return q, nil
	}
	body := &counting{r: io.LimitReader(r.Body, maxRequest+1)}
	kind, args, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "multipart/form-data":
		err = q.readMultipart(body, args["boundary"])
	case "application/json":
		err = q.readJSON(body)
	case "application/x-www-form-urlencoded":
		err = q.readForm(body)
	default:
		_, err = io.Copy(io.Discard, body)
	}
	if body.n > maxRequest {
		return q, errTooLarge
	}
	return q, err
}

// counting counts what was read: a body without a single byte is a call
// without parameters, although it is no valid multipart.
type counting struct {
	r io.Reader
	n int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (q *request) readMultipart(body *counting, boundary string) error {
	if boundary == "" {
		return bad("boundary of the multipart is missing")
	}
	form := multipart.NewReader(body, boundary)
	for n := 0; ; n++ {
		part, err := form.NextPart()
		//nolint:errorlint // a wrapped EOF is a form cut short; only the bare one is its end
		if err == io.EOF || errors.Is(err, io.EOF) && body.n == 0 {
			return nil
		}
		if err != nil || n >= maxParts {
			return bad("can't parse the multipart")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return bad("can't parse the multipart")
		}
		switch name := part.FormName(); {
		case name == "":
		case part.FileName() != "":
			if len(data) > maxUpload {
				return errTooLarge
			}
			u := upload{name: part.FileName(), data: data}
			if _, ok := q.files[name]; ok {
				q.more[name] = append(q.more[name], u)
				continue
			}
			q.files[name] = u
		default:
			q.params[name] = string(data)
		}
	}
}

func (q *request) readJSON(body io.Reader) error {
	data, err := io.ReadAll(body)
	if err != nil || len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return bad("can't parse JSON object")
	}
	for name, raw := range fields {
		var text string
		switch {
		case string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil:
			q.params[name] = text
		default:
			q.params[name] = string(raw)
		}
	}
	return nil
}

func (q *request) readForm(body io.Reader) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return bad("can't read the request")
	}
	values, err := url.ParseQuery(string(data))
	if err != nil {
		return bad("can't parse the form")
	}
	for name, v := range values {
		q.params[name] = v[0]
	}
	return nil
}

// int reads a whole number; a missing or broken one is 0.
func (q *request) int(name string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(q.params[name]), 10, 64)
	return n
}

// bool reads "true", "yes", "1" in any case.
func (q *request) bool(name string) bool {
	switch strings.ToLower(strings.TrimSpace(q.params[name])) {
	case "true", "yes", "1":
		return true
	}
	return false
}

// json decodes a parameter; a missing one leaves v alone.
func (q *request) json(name string, v any) error {
	text := q.params[name]
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return bad("can't parse %s JSON object", strings.ReplaceAll(name, "_", " "))
	}
	return nil
}

// journal is the parameters as the journal shows them, files by name and size.
func (q *request) journal() map[string]string {
	shown := make(map[string]string, len(q.params)+len(q.files))
	for name, value := range q.params {
		shown[name] = value
	}
	for name, f := range q.files {
		shown[name] = fmt.Sprintf("%s (%d bytes)", f.name, len(f.data))
	}
	return shown
}
