package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"otklik/monitor/links"
	"otklik/storage"
)

// What bot hands over, as its own test writes it, becomes posts.
func TestTelegramGolden(t *testing.T) {
	raw, err := os.ReadFile("../bot/testdata/heard/heard.json")
	if err != nil {
		t.Fatal(err)
	}
	var said []struct {
		Address int64
		Name    string
		Kind    storage.ChatKind
		storage.Heard
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		t.Fatal(err)
	}
	discussed := map[int64]storage.Discussion{}
	var rows []storage.Heard
	for _, h := range said {
		if h.Linked {
			discussed[h.Message] = storage.Discussion{Message: h.Message, Post: *h.Origin}
		}
		rows = append(rows, h.Heard)
	}
	albums, taken, _ := joinAlbums(rows, time.Now())
	if taken != len(rows) || len(albums) != len(rows)-1 {
		t.Fatalf("%d of %d rows taken as %d", taken, len(rows), len(albums))
	}
	var got []Item
	n := 0
	for _, parts := range albums {
		at := said[n]
		n += len(parts)
		h := oneMessage(parts)
		c := storage.Chat{Address: at.Address, Kind: at.Kind, Username: strings.ToLower(at.Name)}
		item := telegramItem(c, h, discussed[h.Thread])
		got = append(got, item)
		if item.URL == "" && at.Kind != storage.Group {
			t.Errorf("%q has no address", item.Text)
		}
		if l, err := links.Parse(item.URL); item.URL != "" && (err != nil || l.URL != item.URL || l.Network != links.Telegram) {
			t.Errorf("%s is not canonical: %+v, %v", item.URL, l, err)
		}
	}
	wantGolden(t, "testdata/telegram/posts.json", got)
}

// Whenever the rows are looked at, every message is taken once and an album is
// whole if its parts came within the time that they are waited for.
func TestTelegramAlbumsAreWhole(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		start := time.Unix(1_795_395_000, 0)
		var rows []storage.Heard
		parts := map[string]int{}
		now := start
		for message := int64(1); len(rows) < 700; message++ {
			now = now.Add(time.Duration(random.IntN(400)) * time.Millisecond)
			h := storage.Heard{ID: int64(len(rows) + 1), Message: message, At: now, Text: "x"}
			if random.IntN(3) > 0 {
				rows = append(rows, h)
				continue
			}
			album := fmt.Sprint("album", message)
			for part := range 2 + random.IntN(9) {
				h.ID, h.Message, h.Album, h.At = int64(len(rows)+1), message, album, now.Add(time.Duration(part)*20*time.Millisecond)
				rows = append(rows, h)
				parts[album]++
				if random.IntN(4) == 0 { // somebody speaks in between
					message++
					rows = append(rows, storage.Heard{ID: int64(len(rows) + 1), Message: message, At: h.At, Text: "y"})
				}
				message++
			}
			now = now.Add(300 * time.Millisecond)
		}
		taken, albums := map[int64]int{}, map[string]int{}
		after, clock := 0, start
		for pages := 0; after < len(rows); pages++ {
			if pages > 100_000 {
				t.Fatalf("seed %d: stuck at row %d", seed, after)
			}
			clock = clock.Add(time.Duration(random.IntN(1500)) * time.Millisecond)
			end := after
			for end < len(rows) && end < after+telegramPage && !rows[end].At.After(clock) {
				end++
			}
			joined, n, wait := joinAlbums(rows[after:end], clock)
			if n < end-after && wait.IsZero() && end-after < telegramPage {
				t.Fatalf("seed %d: rows are left and nobody comes again", seed)
			}
			if random.IntN(5) == 0 {
				continue // killed before it was saved
			}
			for _, group := range joined {
				if len(group) > 1 && group[0].Album == "" {
					t.Fatalf("seed %d: strangers are joined: %+v", seed, group)
				}
				for _, h := range group {
					taken[h.ID]++
				}
				if group[0].Album != "" && len(group) != parts[group[0].Album] {
					t.Fatalf("seed %d: album %s has %d of %d parts", seed, group[0].Album, len(group), parts[group[0].Album])
				}
				albums[group[0].Album]++
			}
			after += n
		}
		for _, h := range rows {
			if taken[h.ID] != 1 {
				t.Fatalf("seed %d: row %d was taken %d times", seed, h.ID, taken[h.ID])
			}
		}
	}
}

// What the bot is in a chat decides what is heard, and the trouble says it.
func TestTelegramWhatIsMissing(t *testing.T) {
	for name, x := range map[string]struct {
		chat storage.Chat
		deaf string
		may  string
	}{
		"all is well":       {storage.Chat{Purpose: storage.SourceChat, State: storage.Active, Membership: storage.Membership{Standing: storage.Member, Hears: true}}, "", ""},
		"privacy mode":      {storage.Chat{Purpose: storage.SourceChat, State: storage.Active, Membership: storage.Membership{Standing: storage.Member}}, inPrivacy, ""},
		"not there":         {storage.Chat{Purpose: storage.SourceChat, State: storage.Active}, notMember, ""},
		"plain in channel":  {storage.Chat{Kind: storage.Channel, Purpose: storage.SourceChat, State: storage.Active, Membership: storage.Membership{Standing: storage.Member}}, notAdmin, ""},
		"kicked":            {storage.Chat{Purpose: storage.SourceChat, State: storage.Gone, Membership: storage.Membership{Hears: true}}, kicked, kicked},
		"muted":             {storage.Chat{Purpose: storage.SourceChat, State: storage.Active, Membership: storage.Membership{Standing: storage.Muted, Hears: true}}, "", noRights},
		"rights were taken": {storage.Chat{Purpose: storage.SourceChat, State: storage.Paused, Membership: storage.Membership{Standing: storage.Member, Hears: true}}, "", noRights},
		"not watched":       {storage.Chat{Purpose: storage.OtherChat, State: storage.Active, Membership: storage.Membership{Standing: storage.Runs, Hears: true}}, "", notWatched},
	} {
		t.Run(name, func(t *testing.T) {
			if got := deaf(x.chat); got != x.deaf {
				t.Errorf("deaf %q, want %q", got, x.deaf)
			}
			if got := mayAnswer(x.chat); got != x.may {
				t.Errorf("may answer %q, want %q", got, x.may)
			}
		})
	}
}

// A post of a chat that nobody watches is published by hand, and so is one whose
// id says no place.
func TestTelegramCannotPublishElsewhere(t *testing.T) {
	n := telegram{open(t)}
	for id, want := range map[string]string{
		"nowhere/5": notWatched, "-1000000000500/5": notWatched, "nowhere/5/7": notWatched,
		"": reasonNotSupported, "nowhere": reasonNotSupported, "nowhere/0": reasonNotSupported, "nowhere/x": reasonNotSupported, "/5": reasonNotSupported, "a/1/2/3": reasonNotSupported,
	} {
		if ok, reason := n.CanPublish(storage.Post{Network: links.Telegram, ExternalID: id}); ok || reason != want {
			t.Errorf("%q: %v because of %q, want %q", id, ok, reason, want)
		}
	}
	_, _, err := n.Publish(t.Context(), storage.Post{ExternalID: "nowhere/5"}, Answer{Text: "x", Key: "k"})
	if cannot, ok := errors.AsType[CannotPublish](err); !ok || cannot.Reason != notWatched {
		t.Errorf("%v", err)
	}
	if _, _, found, err := n.FindPublished(t.Context(), storage.Post{ID: 7}, "x", time.Now()); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
}

func FuzzTelegramIDs(f *testing.F) {
	for _, s := range []string{"dvor/5", "-1000000000500/5", "news/5/7", "", "a/b", "dvor/99999999999999999999", "-1/1", "9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := readTelegramID(s); err == nil {
			again := telegramID(p.chat, p.message)
			if p.comment != 0 {
				again = fmt.Sprintf("%s/%d", again, p.comment)
			}
			if q, err := readTelegramID(again); err != nil || q != p {
				t.Errorf("%q is read as %+v and again as %+v, %v", s, p, q, err)
			}
		}
		if after, err := readTelegramCursor(s); err == nil && after < 0 {
			t.Errorf("cursor %q is %d", s, after)
		}
	})
}
