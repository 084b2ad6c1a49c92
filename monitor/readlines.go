package monitor

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Format is the form of a file of messages.
type Format string

// The formats; Guess looks at the beginning of the file.
const (
	Guess     Format = ""
	CSV       Format = "csv"
	JSONLines Format = "jsonl" // also a JSON array
)

const (
	peeked       = 64 << 10
	maxJSONLine  = 1 << 20
	importedFrom = "import" // the network of messages that name none
)

// rejectedCSV is a row that cannot be read.
const rejectedCSV = "row"

// ReadLines reads a file of messages, plain or gzipped: CSV with a header, JSON
// lines or a JSON array. The columns of CSV are the fields of the intake
// (author_id, author_url, source_url and source_name for the nested ones), in
// UTF-8 or Windows-1251, parted by comma, semicolon or tab. A message without
// an address or an id is named by a hash of its fields. An error ends the
// reading; what is wrong with one line is its Reason.
func ReadLines(r io.Reader, format Format) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		in, err := openFile(r)
		if err != nil {
			yield(Line{}, err)
			return
		}
		if format == Guess {
			format = CSV
			if start, _ := in.Peek(peeked); startsJSON(start) {
				format = JSONLines
			}
		}
		switch start, _ := in.Peek(peeked); {
		case format == CSV:
			readCSV(in, yield)
		case bytes.HasPrefix(bytes.TrimSpace(start), []byte("[")):
			readArray(in, yield)
		default:
			readJSONLines(in, yield)
		}
	}
}

// openFile unpacks a file, turns it into UTF-8 and takes off the byte order mark.
func openFile(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, peeked)
	if start, _ := in.Peek(2); bytes.Equal(start, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		in = bufio.NewReaderSize(z, peeked)
	}
	start, err := in.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read: %w", err)
	}
	if bytes.HasPrefix(start, byteOrderMark) {
		_, err := in.Discard(len(byteOrderMark))
		return in, err
	}
	if !isUTF8(start) {
		in = bufio.NewReaderSize(charmap.Windows1251.NewDecoder().Reader(in), peeked)
	}
	return in, nil
}

// isUTF8 says whether a beginning, perhaps cut within a letter, is UTF-8.
func isUTF8(start []byte) bool {
	for range utf8.UTFMax {
		if utf8.Valid(start) {
			return true
		}
		if len(start) > 0 && len(start) >= peeked-utf8.UTFMax {
			start = start[:len(start)-1]
			continue
		}
		return false
	}
	return false
}

func startsJSON(start []byte) bool {
	start = bytes.TrimSpace(start)
	return len(start) > 0 && (start[0] == '{' || start[0] == '[')
}

func readJSONLines(in *bufio.Reader, yield func(Line, error) bool) {
	for number := 1; ; number++ {
		raw, long, err := oneRaw(in)
		if err != nil && !errors.Is(err, io.EOF) {
			yield(Line{Number: number}, err)
			return
		}
		if text := bytes.TrimSpace(raw); long || len(text) > 0 {
			line := Line{Number: number, Reason: rejectedLong}
			if !long {
				line = named(readLine(number, bytes.ReplaceAll(text, []byte{0}, []byte("\uFFFD"))), string(text))
			}
			if !yield(line, nil) {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// oneRaw reads one line; of one that is too long, only that it is.
func oneRaw(in *bufio.Reader) (raw []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(raw)+len(part) > maxJSONLine {
			raw, long = nil, true
		}
		if !long {
			raw = append(raw, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return raw, long, err
		}
	}
}

func readArray(in io.Reader, yield func(Line, error) bool) {
	d := json.NewDecoder(in)
	if _, err := d.Token(); err != nil {
		yield(Line{}, err)
		return
	}
	for number := 1; d.More(); number++ {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			yield(Line{Number: number}, err)
			return
		}
		if !yield(named(readLine(number, raw), string(raw)), nil) {
			return
		}
	}
	if _, err := d.Token(); err != nil {
		yield(Line{}, err)
	}
}

// named gives a message that nothing names an id by what it says.
func named(l Line, row string) Line {
	if l.Reason != rejectedNoID {
		return l
	}
	var t told
	if json.Unmarshal([]byte(row), &t) != nil {
		return l
	}
	return t.named(l.Number, row)
}

func (t told) named(number int, row string) Line {
	sum := sha256.Sum256([]byte(row))
	t.Network, t.ExternalID = importedFrom, loose(hex.EncodeToString(sum[:16]))
	item, reason := t.item()
	return Line{Number: number, Item: item, Reason: reason}
}

func readCSV(in *bufio.Reader, yield func(Line, error) bool) {
	start, _ := in.Peek(peeked)
	r := csv.NewReader(in)
	r.Comma = separator(start)
	r.LazyQuotes, r.FieldsPerRecord, r.TrimLeadingSpace = true, -1, true
	header, err := r.Read()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			yield(Line{Number: 1}, err)
		}
		return
	}
	columns, err := columnsOf(header)
	if err != nil {
		yield(Line{Number: 1}, err)
		return
	}
	for {
		row, err := r.Read()
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.As(err, &wrong):
			if !yield(Line{Number: wrong.StartLine, Reason: rejectedCSV}, nil) {
				return
			}
			continue
		case err != nil:
			yield(Line{}, err)
			return
		}
		number, _ := r.FieldPos(0)
		if !yield(columns.line(number, row), nil) {
			return
		}
	}
}

// separator is the sign that parts most columns of the header.
func separator(start []byte) rune {
	header, _, _ := bytes.Cut(start, []byte("\n"))
	best := ','
	for _, c := range ";\t" {
		if bytes.Count(header, []byte(string(c))) > bytes.Count(header, []byte(string(best))) {
			best = c
		}
	}
	return best
}

// columns says which field each column is; nil: none.
type columns []func(*told) *loose

// fields are the columns by their names, which are also those of the intake;
// the Russian ones are those that people write.
var fields = map[string]func(*told) *loose{
	"network": func(t *told) *loose { return &t.Network }, "сеть": func(t *told) *loose { return &t.Network },
	"kind":        func(t *told) *loose { return &t.Kind },
	"external_id": func(t *told) *loose { return &t.ExternalID }, "id": func(t *told) *loose { return &t.ExternalID },
	"url": func(t *told) *loose { return &t.URL }, "link": func(t *told) *loose { return &t.URL }, "ссылка": func(t *told) *loose { return &t.URL },
	"title": func(t *told) *loose { return &t.Title }, "заголовок": func(t *told) *loose { return &t.Title },
	"text": func(t *told) *loose { return &t.Text }, "текст": func(t *told) *loose { return &t.Text },
	"published_at": func(t *told) *loose { return &t.PublishedAt }, "date": func(t *told) *loose { return &t.PublishedAt }, "дата": func(t *told) *loose { return &t.PublishedAt },
	"parent_url": func(t *told) *loose { return &t.ParentURL },
	"author_id":  func(t *told) *loose { return &t.Author.ID }, "author_url": func(t *told) *loose { return &t.Author.URL },
	"source_url":  func(t *told) *loose { return &t.Source.URL },
	"source_name": func(t *told) *loose { return &t.Source.Name }, "source": func(t *told) *loose { return &t.Source.Name }, "источник": func(t *told) *loose { return &t.Source.Name },
}

func columnsOf(header []string) (columns, error) {
	list := make(columns, len(header))
	names := []string{}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		list[i] = fields[name]
		names = append(names, name)
	}
	if !slices.Contains(names, "text") && !slices.Contains(names, "текст") && !slices.Contains(names, "url") {
		return nil, errors.New("the header names neither a text nor a url column")
	}
	return list, nil
}

func (c columns) line(number int, row []string) Line {
	var t told
	for i, value := range row {
		if i < len(c) && c[i] != nil {
			*c[i](&t) = loose(value)
		}
	}
	if strings.Contains(string(t.Source.Name), "://") && t.Source.URL == "" {
		t.Source.URL, t.Source.Name = t.Source.Name, ""
	}
	item, reason := t.item()
	if reason == rejectedNoID {
		return t.named(number, strings.Join(row, "\x00"))
	}
	return Line{Number: number, Item: item, Reason: reason}
}
