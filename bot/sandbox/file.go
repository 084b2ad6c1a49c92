package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif" // Telegram takes these as photos
	"image/jpeg"
	_ "image/png"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/go-telegram/bot/models"
	"golang.org/x/image/draw"
)

const (
	maxPhoto    = 10 << 20
	maxDownload = 20 << 20
	maxSides    = 10_000 // width and height together
	maxRatio    = 20
	thumbnail   = 90
)

type fileKind string

const (
	photoFile    fileKind = "Photo"
	documentFile fileKind = "Document"
)

// file is what a file_id stands for.
type file struct {
	kind     fileKind
	id       string
	unique   string
	name     string
	path     string
	data     []byte
	photo    []models.PhotoSize // of a photo
	document *models.Document   // of a document
}

// keep stores bytes under a new file_id.
func (s *Server) keep(kind fileKind, name, extension string, data []byte) *file {
	s.lastFile++
	sum := sha256.Sum256(data)
	folder, prefix := "photos", "AgAC"
	if kind == documentFile {
		folder, prefix = "documents", "BQAC"
	}
	f := &file{
		kind: kind, name: name, data: data,
		id:     fmt.Sprintf("%s%s%08d", prefix, base64.RawURLEncoding.EncodeToString(sum[:30]), s.lastFile),
		unique: "AQAD" + base64.RawURLEncoding.EncodeToString(sum[:9]),
		path:   fmt.Sprintf("%s/file_%d%s", folder, s.lastFile, extension),
	}
	s.files[f.id] = f
	return f
}

// newPhoto decodes an image as Telegram does and makes its sizes, smallest first.
func (s *Server) newPhoto(u upload) ([]models.PhotoSize, error) {
	if len(u.data) == 0 {
		return nil, bad("file must be non-empty")
	}
	if len(u.data) > maxPhoto {
		return nil, bad("file of size %d bytes is too big for a photo; the maximum size is %d bytes", len(u.data), maxPhoto)
	}
	shape, format, err := image.DecodeConfig(bytes.NewReader(u.data))
	if err != nil {
		return nil, bad("IMAGE_PROCESS_FAILED")
	}
	w, h := shape.Width, shape.Height
	if w+h > maxSides || w < 1 || h < 1 || max(w, h) > maxRatio*min(w, h) {
		return nil, bad("PHOTO_INVALID_DIMENSIONS")
	}
	img, _, err := image.Decode(bytes.NewReader(u.data))
	if err != nil {
		return nil, bad("IMAGE_PROCESS_FAILED")
	}
	var sizes []models.PhotoSize
	if max(w, h) > thumbnail {
		small, sw, sh, err := shrink(img)
		if err != nil {
			return nil, bad("IMAGE_PROCESS_FAILED")
		}
		sizes = append(sizes, photoSize(s.keep(photoFile, u.name, ".jpg", small), sw, sh))
	}
	extension := map[string]string{"jpeg": ".jpg", "png": ".png", "gif": ".gif"}[format]
	sizes = append(sizes, photoSize(s.keep(photoFile, u.name, extension, u.data), w, h))
	for _, size := range sizes {
		s.files[size.FileID].photo = sizes
	}
	return sizes, nil
}

func photoSize(f *file, w, h int) models.PhotoSize {
	return models.PhotoSize{FileID: f.id, FileUniqueID: f.unique, Width: w, Height: h, FileSize: len(f.data)}
}

// shrink makes the thumbnail, a JPEG.
func shrink(img image.Image) (data []byte, w, h int, err error) {
	b := img.Bounds()
	longest := max(b.Dx(), b.Dy())
	w, h = max(b.Dx()*thumbnail/longest, 1), max(b.Dy()*thumbnail/longest, 1)
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.NearestNeighbor.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	var out bytes.Buffer
	err = jpeg.Encode(&out, small, nil)
	return out.Bytes(), w, h, err
}

func (s *Server) newDocument(u upload) (*models.Document, error) {
	if len(u.data) == 0 {
		return nil, bad("file must be non-empty")
	}
	f := s.keep(documentFile, u.name, path.Ext(u.name), u.data)
	kind, _, _ := strings.Cut(mime.TypeByExtension(path.Ext(u.name)), ";")
	if kind == "" {
		kind = "application/octet-stream"
	}
	f.document = &models.Document{FileID: f.id, FileUniqueID: f.unique, FileName: u.name, MimeType: kind, FileSize: int64(len(u.data))}
	return f.document, nil
}

// inputFile finds what a parameter or an album's item means: an upload, an
// attach:// reference to one, or a file_id. known is nil for uploads.
func (s *Server) inputFile(q *request, param, value string, kind fileKind) (u upload, known *file, err error) {
	if u, ok := q.files[param]; ok && param != "" {
		return u, nil, nil
	}
	if name, ok := strings.CutPrefix(value, "attach://"); ok {
		if u, ok := q.files[name]; ok {
			return u, nil, nil
		}
		return u, nil, bad("can't find the file attached as %q", name)
	}
	if value == "" {
		return u, nil, bad("there is no %s in the request", strings.ToLower(string(kind)))
	}
	if strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "https://") {
		return u, nil, bad("failed to get HTTP URL content")
	}
	known = s.files[value]
	if known == nil {
		return u, nil, bad("wrong file identifier/HTTP URL specified")
	}
	if known.kind != kind {
		return u, nil, bad("can't use file of type %s as %s", known.kind, kind)
	}
	return u, known, nil
}

func (s *Server) getFile(q *request) (any, error) {
	f := s.files[q.params["file_id"]]
	if f == nil {
		return nil, bad("wrong file_id or the file is temporarily unavailable")
	}
	if len(f.data) > maxDownload {
		return nil, bad("file is too big")
	}
	return models.File{FileID: f.id, FileUniqueID: f.unique, FileSize: int64(len(f.data)), FilePath: f.path}, nil
}

// File is the content and the name of a file by its id.
func (s *Server) File(id string) (data []byte, name string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	if f == nil {
		return nil, "", false
	}
	return f.data, f.name, true
}

// serveFile answers /file/bot<token>/<path>.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	token, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/file/bot"), "/")
	if err := s.checkToken(token); err != nil {
		s.refuse(w, err)
		return
	}
	if f := s.takeFault(&request{method: "file", params: map[string]string{"path": name}}); f != nil {
		if !s.before(r.Context(), f) || f.Lose {
			panic(http.ErrAbortHandler)
		}
		if f.answers() {
			s.answerFault(w, f)
			return
		}
	}
	s.mu.Lock()
	var data []byte
	for _, f := range s.files {
		if f.path == name && len(f.data) <= maxDownload {
			data = f.data
		}
	}
	s.mu.Unlock()
	if data == nil {
		s.refuse(w, errNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(data)
}
