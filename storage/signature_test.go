package storage

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSignatures reads back what tells posts apart: of the posts found since a
// time, in every region they concern, as they read now.
func TestSignatures(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newWorld(t, s)
		other := w.newRegion("Нагорный край")
		signed := func(text string, change ...func(*Found)) Found {
			f := w.found()
			f.Signature = []byte(text)
			f.Post.SourceURL, f.Post.ParentURL = "https://vk.com/perm", "https://vk.com/wall-1_9"
			for _, c := range change {
				c(&f)
			}
			return f
		}
		w.save(signed("old"))
		w.Advance(time.Hour)
		since := at(ms(w.Now()))
		two := signed("two", func(f *Found) {
			f.Matches = append(f.Matches, Match{Region: other, Topic: w.topicOf(other), Importance: Normal})
		})
		edited, gone, nothing := signed("before"), signed("gone"), signed("nothing", func(f *Found) { f.Matches = nil })
		w.save(two, w.found(), edited, gone, nothing)
		edited.Fate, edited.Post.Text, edited.Signature = PostEdited, "Другое", []byte("after")
		gone.Fate, gone.Forget = PostRemoved, true
		w.save(edited, gone)

		read := func(since time.Time) (list []string) {
			w.check(s.Signatures(w.ctx, since, func(x Signed) bool {
				if x.Incident == 0 || x.SourceURL == "" || x.URL == "" || x.ParentURL == "" || x.PublishedAt.IsZero() || x.FoundAt.Before(since) {
					t.Errorf("incomplete: %+v", x)
				}
				list = append(list, fmt.Sprintf("%s of %d", x.Signature, x.Region))
				return true
			}))
			return list
		}
		want := []string{fmt.Sprintf("two of %d", w.region), fmt.Sprintf("two of %d", other), fmt.Sprintf("after of %d", w.region)}
		if diff := cmp.Diff(want, read(since)); diff != "" {
			t.Errorf("since then (-want +got):\n%s", diff)
		}
		if all := read(time.Time{}); len(all) != len(want)+1 {
			t.Errorf("of all times: %v", all)
		}
	})
}
