package storage

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/psanford/sqlite3vfs"
)

// disk is a disk in memory that forgets, when its power is cut, what was
// written and not synced: some of it, and some only in part.
type disk struct {
	mu    sync.Mutex
	files map[string]*diskFile
	left  int // operations until the power is cut; below 0: never
	dead  bool
}

// diskFile is a file as its readers see it and as the platter holds it.
type diskFile struct {
	seen, kept []byte
	unsynced   []diskWrite
}

// diskWrite is a write, or with nil data a truncation, that is not synced.
type diskWrite struct {
	at   int64
	data []byte
}

// sector is what a disk writes as one.
const sector = 512

var errPower = errors.New("the power is cut")

func apply(content []byte, w diskWrite) []byte {
	if w.data == nil {
		return slices.Clone(content[:min(int(w.at), len(content))])
	}
	if end := int(w.at) + len(w.data); end > len(content) {
		content = append(content, make([]byte, end-len(content))...)
	}
	copy(content[w.at:], w.data)
	return content
}

// operate counts an operation; it fails from the moment the power is cut.
func (d *disk) operate() error {
	if d.dead {
		return errPower
	}
	if d.left == 0 {
		d.dead = true
		return errPower
	}
	if d.left > 0 {
		d.left--
	}
	return nil
}

// afterCut is the disk when the power is back.
func (d *disk) afterCut(random *rand.Rand) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
	files := map[string]*diskFile{}
	for name, f := range d.files {
		content := slices.Clone(f.kept)
		for _, w := range f.unsynced {
			switch fate := random.IntN(3); {
			case fate == 0: // lost
			case fate == 1 && len(w.data) > sector: // torn
				w.data = w.data[:sector*random.IntN(len(w.data)/sector)]
				if len(w.data) > 0 {
					content = apply(content, w)
				}
			default:
				content = apply(content, w)
			}
		}
		files[name] = &diskFile{seen: content, kept: slices.Clone(content)}
	}
	return &disk{files: files, left: -1}
}

// clone is another disk with the same content.
func (d *disk) clone() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	files := map[string]*diskFile{}
	for name, f := range d.files {
		files[name] = &diskFile{seen: slices.Clone(f.seen), kept: slices.Clone(f.kept)}
		for _, w := range f.unsynced {
			files[name].kept = apply(files[name].kept, w)
		}
	}
	return &disk{files: files, left: -1}
}

// disks are those in use, by the first part of their files' paths.
var disks = struct {
	sync.Mutex
	once sync.Once
	all  map[string]*disk
	n    int
}{all: map[string]*disk{}}

// mount gives a disk a name and returns the path of its database.
func mount(d *disk) (path string, err error) {
	disks.once.Do(func() { err = sqlite3vfs.RegisterVFS("forgetful", forgetful{}) })
	disks.Lock()
	defer disks.Unlock()
	disks.n++
	name := fmt.Sprintf("/disk%d", disks.n)
	disks.all[name] = d
	return name + "/otklik.db", err
}

func unmount(path string) {
	disks.Lock()
	defer disks.Unlock()
	delete(disks.all, path[:strings.LastIndex(path, "/")])
}

// forgetful is the file system that SQLite sees.
type forgetful struct{}

func (forgetful) disk(name string) (*disk, string, error) {
	disks.Lock()
	defer disks.Unlock()
	cut := strings.LastIndex(name, "/")
	if cut < 0 {
		return &disk{files: map[string]*diskFile{}, left: -1}, name, nil // a temporary file
	}
	d := disks.all[name[:cut]]
	if d == nil {
		return nil, "", sqlite3vfs.CantOpenError
	}
	return d, name[cut:], nil
}

func (v forgetful) Open(name string, flags sqlite3vfs.OpenFlag) (sqlite3vfs.File, sqlite3vfs.OpenFlag, error) {
	d, name, err := v.disk(name)
	if err != nil {
		return nil, 0, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return nil, 0, sqlite3vfs.CantOpenError
	}
	f := d.files[name]
	if f == nil {
		f = &diskFile{}
		d.files[name] = f
	}
	return diskHandle{d, f}, flags, nil
}

func (v forgetful) Delete(name string, _ bool) error {
	d, name, err := v.disk(name)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.operate(); err != nil {
		return sqlite3vfs.IOError
	}
	delete(d.files, name)
	return nil
}

func (v forgetful) Access(name string, _ sqlite3vfs.AccessFlag) (bool, error) {
	d, name, err := v.disk(name)
	if err != nil {
		return false, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files[name] != nil, nil
}

func (forgetful) FullPathname(name string) string { return name }

// diskHandle is an open file.
type diskHandle struct {
	disk *disk
	file *diskFile
}

func (h diskHandle) ReadAt(p []byte, off int64) (int, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if off >= int64(len(h.file.seen)) {
		return 0, io.EOF
	}
	n := copy(p, h.file.seen[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h diskHandle) write(w diskWrite) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	// What is on its way to the disk when the power goes may arrive.
	h.file.unsynced = append(h.file.unsynced, w)
	if err := h.disk.operate(); err != nil {
		return sqlite3vfs.IOError
	}
	h.file.seen = apply(h.file.seen, w)
	return nil
}

func (h diskHandle) WriteAt(p []byte, off int64) (int, error) {
	if err := h.write(diskWrite{off, slices.Clone(p)}); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (h diskHandle) Truncate(size int64) error { return h.write(diskWrite{size, nil}) }

func (h diskHandle) Sync(sqlite3vfs.SyncType) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if err := h.disk.operate(); err != nil {
		return sqlite3vfs.IOError
	}
	for _, w := range h.file.unsynced {
		h.file.kept = apply(h.file.kept, w)
	}
	h.file.unsynced = nil
	return nil
}

func (h diskHandle) FileSize() (int64, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	return int64(len(h.file.seen)), nil
}

func (diskHandle) Close() error                     { return nil }
func (diskHandle) Lock(sqlite3vfs.LockType) error   { return nil }
func (diskHandle) Unlock(sqlite3vfs.LockType) error { return nil }

// CheckReservedLock says true for a free file: the library turns it round.
func (diskHandle) CheckReservedLock() (bool, error) { return true, nil }
func (diskHandle) SectorSize() int64                { return sector }
func (diskHandle) DeviceCharacteristics() sqlite3vfs.DeviceCharacteristic {
	return sqlite3vfs.IocapPowersafeOverwrite
}
