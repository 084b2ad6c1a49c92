package monitor

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
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

// ReadLines reads a file of messages, plain or gzipped: CSV with a header, JSON
// lines or a JSON array. The columns of CSV are the fields of the intake
// (author_id, author_url, source_url and source_name for the nested ones), in
// UTF-8 or Windows-1251, parted by comma, semicolon or tab. A message without
// an address or an id is named by a hash of its fields. An error ends the
// reading; what is wrong with one line is its Reason.
func ReadLines(r io.Reader, format Format) iter.Seq2[Line, error] { return readLines(r, format, nil) }

// readLines reads a file whose columns or fields are those of a map, nil for
// those of the intake.
func readLines(r io.Reader, format Format, by *FieldMap) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		in, err := OpenText(r)
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
			readCSV(in, by, yield)
		case bytes.HasPrefix(bytes.TrimSpace(start), []byte("[")):
			readArray(in, by, yield)
		default:
			readJSONLines(in, by, yield)
		}
	}
}

// OpenText reads a file of text, plain or gzipped, in UTF-8, UTF-16 or
// Windows-1251, as UTF-8 without its byte order mark.
func OpenText(r io.Reader) (*bufio.Reader, error) {
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
	if bytes.HasPrefix(start, []byte{0xff, 0xfe}) || bytes.HasPrefix(start, []byte{0xfe, 0xff}) {
		// What spreadsheets call Unicode text.
		decoded := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(in)
		return bufio.NewReaderSize(decoded, peeked), nil
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

func readJSONLines(in *bufio.Reader, by *FieldMap, yield func(Line, error) bool) {
	for number := 1; ; number++ {
		raw, long, err := oneRaw(in)
		if err != nil && !errors.Is(err, io.EOF) {
			yield(Line{Number: number}, err)
			return
		}
		if text := bytes.TrimSpace(raw); long || len(text) > 0 {
			if long && !yield(Line{Number: number, Reason: rejectedLong}, nil) {
				return
			}
			if !long && !yieldJSON(number, bytes.ReplaceAll(text, []byte{0}, []byte("\uFFFD")), by, yield) {
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

func readArray(in io.Reader, by *FieldMap, yield func(Line, error) bool) {
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
		if !yieldJSON(number, raw, by, yield) {
			return
		}
	}
	if _, err := d.Token(); err != nil {
		yield(Line{}, err)
	}
}

// yieldJSON hands over the messages of one object. One that nothing names gets
// an id by what it says.
func yieldJSON(number int, raw []byte, by *FieldMap, yield func(Line, error) bool) bool {
	for _, part := range by.unpack(raw) {
		line := readLine(number, part, by)
		if line.Reason == rejectedNoID {
			t, _ := readTold(part, by)
			line = t.named(number, string(part))
		}
		if !yield(line, nil) {
			return false
		}
	}
	return true
}

func (t told) named(number int, row string) Line {
	sum := sha256.Sum256([]byte(row))
	t.Network, t.ExternalID = importedFrom, loose(hex.EncodeToString(sum[:16]))
	item, reason := t.item()
	return Line{Number: number, Item: item, Reason: reason}
}
