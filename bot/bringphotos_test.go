package bot

import (
	"bytes"
	"database/sql"
	"strings"
	"testing"
	"time"

	"otklik/bot/sandbox"
	"otklik/storage"
)

// troubles are the codes of the photos of an answer that were given up.
func (o *office) troubles() (list []string) {
	o.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+o.path+"?_busy_timeout=5000")
	o.must(err)
	defer func() { o.must(db.Close()) }()
	rows, err := db.QueryContext(o.t.Context(), `SELECT trouble FROM uploads WHERE state = 'failed' ORDER BY id`)
	o.must(err)
	defer func() { o.must(rows.Close()) }()
	for rows.Next() {
		var code string
		o.must(rows.Scan(&code))
		list = append(list, code)
	}
	o.must(rows.Err())
	return list
}

// Photos are in the house before the hold is over, where a network takes them.
func TestPhotosAreBrought(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.many(tweet)
		o.telegram.AddFault(sandbox.Fault{Method: "getFile", Code: 500}) // the first try
		preview := o.write(id, goodAnswer, sandbox.Photo(picture(o)))
		o.want(say(preview), "📎 1 файл · с ответом уйдут: X (1 фото)")
		o.want(o.press(o.official, preview, "Опубликовать"), "выйдет в")
		a := o.draft(id)
		got, wanted, err := o.store.Uploaded(o.t.Context(), a.ID, 10)
		o.must(err)
		if len(got) != 1 || wanted != 0 || !bytes.Equal(got[0].Data, picture(o)) || got[0].Name != "photo1.png" {
			t.Fatalf("%d photos, %d wanted", len(got), wanted)
		}
		time.Sleep(20 * time.Second)
		o.network(func(p storage.Publication) error {
			o.must(o.store.SendPhotos(o.t.Context(), p.ID, 1))
			return o.out(p)
		})
		if done := say(o.item(o.official, "✅ Опубликовано")); bytes.Contains([]byte(done), []byte("приложите")) {
			t.Errorf("all went out, and yet:\n%s", done)
		}
	})
}

// Beside a long text Telegram takes no photos, and the official hears it before.
func TestLongTextGoesWithoutPhotos(t *testing.T) {
	telegram := wall{"telegram", "https://t.me/zarechny/%d", true, "", 10}
	for text, want := range map[string]string{goodAnswer: "с ответом уйдут: Telegram (1 фото)", strings.Repeat(goodAnswer+" ", 40): "в сеть уходит только текст, приложите сами"} {
		inOffice(t, "ru", func(o *office) {
			o.many(telegram)
			o.official.Say(o.official.Chat(), "", sandbox.Photo(picture(o)), sandbox.Reply(o.item(o.official, "№1")))
			o.settle()
			o.official.Say(o.official.Chat(), text, sandbox.Reply(o.item(o.official, "№1")))
			o.settle()
			o.want(say(o.item(o.official, "№1 · ", "📎")), want)
		})
	}
}

// What is no photo, too large, forgotten or another bot's is given up before the
// answer goes out, and the official is told what is left to him.
func TestPhotosThatCannotBeBrought(t *testing.T) {
	inOffice(t, "ru", func(o *office) {
		id := o.many(tweet)
		chat := o.official.Chat()
		letter := o.official.Say(chat, "", sandbox.Document("a.txt", []byte("да"))).Document.FileID
		huge := o.official.Say(chat, "", sandbox.Document("a.png", append(picture(o), make([]byte, storage.MaxUpload)...))).Document.FileID
		mine := o.official.Say(chat, "", sandbox.Photo(picture(o))).Photo[0].FileID
		o.settle()
		me := o.bot.me.ID
		private, err := o.store.MeetChat(o.t.Context(), o.official.ID(), storage.Private, "", 0)
		o.must(err)
		person, err := o.store.PersonOfChat(o.t.Context(), private.ID)
		o.must(err)
		by := storage.Actor{Kind: storage.AsOfficial, Person: person.ID}
		a, err := o.store.SaveDraft(o.t.Context(), by, id, storage.DraftPart{Chat: private.ID, Telegram: 999, Text: goodAnswer, Files: []storage.File{
			{Bot: me, Kind: "photo", Address: letter}, {Bot: me, Kind: "photo", Address: huge}, {Bot: me, Kind: "photo", Address: "forgotten"}, {Bot: me + 1, Kind: "photo", Address: mine},
		}})
		o.must(err)
		_, err = o.store.Publish(o.t.Context(), by, id, a.Version, 20*time.Second)
		o.must(err)
		o.settle()
		got, wanted, err := o.store.Uploaded(o.t.Context(), a.ID, 10)
		o.must(err)
		if codes := o.troubles(); len(got) != 0 || wanted != 0 || len(codes) != 4 || codes[0] != "not_photo" || codes[1] != "too_large" || codes[2] != "gone" || codes[3] != "gone" {
			t.Errorf("%d photos, %d wanted, troubles %v", len(got), wanted, codes)
		}
		time.Sleep(20 * time.Second)
		o.network(o.out)
		o.item(o.official, "✅ Опубликовано", "📎 4 файла · приложите сами: X")
	})
}

// A bot that was killed meanwhile brings them when it starts again.
func TestPhotosAreBroughtAfterARestart(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, sandbox.Options{}, supergroup)
		photo := r.official.Say(r.official.Chat(), "", sandbox.Photo(pixel())).Photo[0].FileID
		admin, by := storage.Actor{Kind: storage.Administrator}, storage.Actor{Kind: storage.AsOfficial, Person: r.person}
		ctx := t.Context()
		if err := r.store.CreateInvite(ctx, admin, r.region, r.group, storage.OfficialRole, "Минтранс", "token"); err != nil {
			t.Fatal(err)
		}
		role := ok(r.store.Join(ctx, "token", r.person))
		saved := ok(r.store.SavePosts(ctx, nil, []storage.Found{{
			Post:    storage.Post{Network: "x", Kind: "post", ExternalID: "1", Text: "Яма", CanPublish: true, TakesPhotos: 4},
			Matches: []storage.Match{{Region: r.region, Topic: r.topic, Importance: storage.Normal}},
		}}))
		id := saved[0].Incidents[0]
		ok(r.store.Assign(ctx, admin, id, role.ID))
		a := ok(r.store.SaveDraft(ctx, by, id, storage.DraftPart{Chat: r.private, Telegram: 999, Text: goodAnswer, Files: []storage.File{{Bot: r.tg.Bot().ID, Kind: "photo", Address: photo}}}))
		ok(r.store.Publish(ctx, by, id, a.Version, time.Hour))
		r.start()
		later(5 * time.Second)
		if got, wanted, err := r.store.Uploaded(ctx, a.ID, 1); err != nil || wanted != 0 || len(got) != 1 {
			t.Errorf("%d photos, %d wanted, %v", len(got), wanted, err)
		}
	})
}
