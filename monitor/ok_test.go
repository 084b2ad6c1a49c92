package monitor

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/links"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

// okBench is a connector before a network of this machine.
type okBench struct {
	*testing.T
	o       *sandbox.OK
	group   *sandbox.OKGroup
	network *ok
	source  storage.Source
	got     map[string]int  // how often an item was saved
	removed map[string]int  // how often it was told to be gone
	items   map[string]Item // by external id
}

// inOK runs a test in a bubble with one group, which is ours, and a connector
// that reads it and may publish.
func inOK(t *testing.T, opt sandbox.OKOptions, run func(*okBench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := sandbox.NewOK(opt)
		g := o.Group("Подслушано", "podslushano")
		b := &okBench{T: t, o: o, group: g, got: map[string]int{}, removed: map[string]int{}, items: map[string]Item{}}
		b.source = storage.Source{Network: "ok", Kind: okKindCommunity, Address: g.ID(), Name: "Подслушано"}
		b.network = b.open(sandbox.DefaultOKToken)
		run(b)
	})
}

func (b *okBench) settings(tokens ...string) okSettings {
	return okSettings{
		Token: tokens, ApplicationKey: sandbox.DefaultOKApplicationKey, ApplicationSecret: sandbox.DefaultOKApplicationSecret,
		URL: "https://api.ok.ru", Groups: b.group.ID() + ":" + b.group.Token(), Publish: "on",
	}
}

func (b *okBench) open(tokens ...string) *ok { return b.with(b.settings(tokens...)) }

func (b *okBench) with(s okSettings) *ok {
	b.Helper()
	n, err := openOK(setupOf(s, b.o.Client()))
	if err != nil {
		b.Fatal(err)
	}
	return n.(*ok)
}

// page reads once and saves what came, as monitor does.
func (b *okBench) page() (more bool, err error) {
	p, err := b.network.Fetch(b.Context(), b.source)
	if err != nil {
		return false, err
	}
	for _, item := range p.Items {
		if item.Fate == storage.PostRemoved {
			b.removed[item.ExternalID]++
			continue
		}
		b.got[item.ExternalID]++
		b.items[item.ExternalID] = item
	}
	b.source.Cursor = p.Cursor
	return p.More, nil
}

// poll reads to the end.
func (b *okBench) poll() {
	b.Helper()
	for range 500 {
		more, err := b.page()
		if err != nil {
			b.Fatal(err)
		}
		if !more {
			return
		}
	}
	b.Fatal("the reading does not end")
}

// wantOnce compares what was saved with what should have been, once each.
func (b *okBench) wantOnce(ids ...string) {
	b.Helper()
	want := map[string]int{}
	for _, id := range ids {
		want[id] = 1
	}
	if diff := cmp.Diff(want, b.got); diff != "" {
		b.Errorf("items (-want +got):\n%s", diff)
	}
}

// calls counts the calls of a method.
func (b *okBench) calls(method string) int { return len(b.o.CallsOf(method)) }

// TestOKSigns checks the signature against a vector that was made elsewhere.
func TestOKSigns(t *testing.T) {
	const token, secret = "-s-84W-s3egarWUsbkq-IWTucuedzTKT8VUXIA.s4Xx8IW7", "ABC123DEF456GHI789JKL123"
	if sum := md5.Sum([]byte(token + secret)); hex.EncodeToString(sum[:]) != "b1a2b89707a94624c43afae67d59274c" {
		t.Error("the secret of the session is another one")
	}
	form := url.Values{"method": {"events.get"}}
	okApplication{"ABCDEFGHIGKLMNOPK", secret}.sign(form, token)
	if got := form.Get("sig"); got != "232c8eb921951c4dba9b72606f9ddb4c" {
		t.Errorf("sig=%s", got)
	}
	if form.Get("access_token") != token || form.Get("format") != "json" {
		t.Errorf("form %v", form)
	}
}

func TestOKReadsTopicsAndCommentsOnce(t *testing.T) {
	inOK(t, sandbox.OKOptions{PerSecond: 3}, func(b *okBench) {
		old := b.group.Topic("Старожил", "Прошлый год", sandbox.OKTopicOptions{At: time.Now().Add(-300 * 24 * time.Hour)})
		p := b.group.Topic("Житель 1", "Нет воды на Мира, 12", sandbox.OKTopicOptions{Photos: 2, Videos: 1, More: []string{"Третий день"}})
		repost := b.group.Topic("Житель 1", "", sandbox.OKTopicOptions{Repost: p})
		c := p.Comment("Житель 2", "И у нас тоже")
		ours := c.Reply("", "Разбираемся")
		gone := p.Comment("Житель 5", "удалят")
		gone.Delete()
		b.poll()
		b.poll()
		want := []string{p.ExternalID(), repost.ExternalID(), c.ExternalID(), ours.ExternalID()}
		b.wantOnce(want...)
		_ = old

		again := ours.Reply("Житель 2", "Не решено")
		same := b.group.Topic("Житель 6", "В ту же секунду", sandbox.OKTopicOptions{})
		b.poll()
		want = append(want, again.ExternalID(), same.ExternalID())
		b.wantOnce(want...)

		type facts struct {
			URL, Kind, ParentURL, ParentText, Text, ReplyTo, RepostOf string
			Photos, Videos                                            int
			Own, Can                                                  bool
		}
		of := func(id string) facts {
			i := b.items[id]
			return facts{i.URL, i.Kind, i.ParentURL, i.ParentText, i.Text, i.ReplyTo, i.RepostOf, i.Photos, i.Videos, i.Own, i.CanPublish}
		}
		root := "https://ok.ru/group/" + b.group.ID() + "/topic/" + strings.Split(p.ExternalID(), "/")[1]
		at := func(c *sandbox.OKComment) string { return root + "#comment=" + strings.Split(c.ExternalID(), "/")[2] }
		shared := "https://ok.ru/group/" + b.group.ID() + "/topic/" + strings.Split(repost.ExternalID(), "/")[1]
		text := "Нет воды на Мира, 12\n\nТретий день"
		for id, want := range map[string]facts{
			p.ExternalID():      {root, "post", "", "", text, "", "", 2, 1, false, true},
			repost.ExternalID(): {shared, "post", "", "", "", "", p.ExternalID(), 0, 0, false, true},
			c.ExternalID():      {at(c), "comment", root, okLine(text), "И у нас тоже", "", "", 0, 0, false, true},
			ours.ExternalID():   {at(ours), "comment", at(c), "И у нас тоже", "Разбираемся", c.ExternalID(), "", 0, 0, true, true},
			again.ExternalID():  {at(again), "comment", at(ours), "Разбираемся", "Не решено", ours.ExternalID(), "", 0, 0, false, true},
		} {
			if diff := cmp.Diff(want, of(id)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", id, diff)
			}
			if l, err := links.Parse(b.items[id].URL); err != nil || l.ExternalID != id || l.URL != b.items[id].URL {
				t.Errorf("the address of %s reads as %+v, %v", id, l, err)
			}
		}
		for _, call := range b.o.Calls() {
			if call.TokenInURL || call.Code != 0 {
				t.Fatalf("call %+v", call)
			}
		}
	})
}

// TestOKAsksForCommentsOnlyWhereTheirNumberChanged counts calls.
func TestOKAsksForCommentsOnlyWhereTheirNumberChanged(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		var topics []*sandbox.OKTopic
		for i := range 120 {
			topics = append(topics, b.group.Topic("Житель", fmt.Sprint("Тема ", i), sandbox.OKTopicOptions{}))
			topics[i].Comment("Житель", "раз")
			time.Sleep(time.Minute)
		}
		b.poll()
		if n := b.calls("discussions.getComments"); n != 120 || len(b.got) != 240 {
			t.Fatalf("%d calls, %d items", n, len(b.got))
		}
		b.poll()
		lists, byIDs, comments := b.calls("mediatopic.getTopics"), b.calls("mediatopic.getByIds"), b.calls("discussions.getComments")
		b.poll()
		if l, i, c := b.calls("mediatopic.getTopics")-lists, b.calls("mediatopic.getByIds")-byIDs, b.calls("discussions.getComments")-comments; l != 1 || i != 1 || c != 0 {
			t.Errorf("a quiet reading makes %d, %d and %d calls, want 1, 1 and 0", l, i, c)
		}
		// The oldest is far below the page that a reading shows.
		b.want(topics[0].Comment("Житель", "два"), topics[119].Comment("Житель", "два"))
		comments = b.calls("discussions.getComments")
		b.poll()
		if c := b.calls("discussions.getComments") - comments; c != 2 || len(b.got) != 242 {
			t.Errorf("%d calls for two topics, %d items", c, len(b.got))
		}
	})
}

func (b *okBench) want(comments ...*sandbox.OKComment) {
	b.Helper()
	for _, c := range comments {
		if b.got[c.ExternalID()] != 0 {
			b.Errorf("%s came too early", c.ExternalID())
		}
	}
}

func TestOKReadsCommentsOfTopicsThatTellNoNumber(t *testing.T) {
	inOK(t, sandbox.OKOptions{NoSummaries: true, NoMilliseconds: true, NumbersAsText: true}, func(b *okBench) {
		p := b.group.Topic("Житель", "Нет воды", sandbox.OKTopicOptions{})
		c := p.Comment("Житель", "раз")
		b.poll()
		time.Sleep(time.Hour)
		d := p.Comment("Житель", "два")
		time.Sleep(10 * time.Minute)
		b.poll()
		b.wantOnce(p.ExternalID(), c.ExternalID(), d.ExternalID())
		if at := b.items[d.ExternalID()].PublishedAt; !at.Equal(time.Now().Add(-10*time.Minute).Truncate(time.Second)) && time.Since(at) > 11*time.Minute {
			t.Errorf("a date of Moscow became %v", at)
		}
		time.Sleep(24 * time.Hour)
		b.poll()
		before := b.calls("discussions.getComments")
		for range 60 {
			time.Sleep(2 * time.Minute)
			b.poll()
		}
		if n := b.calls("discussions.getComments") - before; n > 2 {
			t.Errorf("a topic that was quiet for a day was read %d times in two hours", n)
		}
	})
}

// TestOKReadsTopicsAsTheyAreToldWhereFieldsAreRefused: the list's parameters are
// documented nowhere.
func TestOKReadsTopicsAsTheyAreToldWhereFieldsAreRefused(t *testing.T) {
	inOK(t, sandbox.OKOptions{NoSummaries: true}, func(b *okBench) {
		b.o.AddFault(sandbox.Fault{Code: okParameter, Count: -1, Match: func(c sandbox.Call) bool { return c.Method == "mediatopic.getTopics" && c.Params["fields"] != "" }})
		var want []string
		for i := range 120 {
			want = append(want, b.group.Topic("Житель", fmt.Sprint(i), sandbox.OKTopicOptions{}).ExternalID())
		}
		b.poll()
		want = append(want, b.group.Topic("Житель", "Ещё", sandbox.OKTopicOptions{}).ExternalID())
		b.poll()
		b.wantOnce(want...)
		refused := 0
		for _, c := range b.o.CallsOf("mediatopic.getTopics") {
			if c.Code != 0 {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("what the network refuses was asked %d times, want 1", refused)
		}
	})
}

func TestOKTellsWhatIsGone(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		p := b.group.Topic("Житель", "Нет воды", sandbox.OKTopicOptions{})
		c, stays := p.Comment("Житель", "раз"), p.Comment("Житель", "два")
		for range 60 {
			b.group.Topic("Житель", "Ещё", sandbox.OKTopicOptions{})
			time.Sleep(time.Second)
		}
		b.poll()
		c.Delete()
		b.poll()
		b.poll()
		if diff := cmp.Diff(map[string]int{c.ExternalID(): 1}, b.removed); diff != "" {
			t.Errorf("gone (-want +got):\n%s", diff)
		}
		p.Delete()
		b.poll()
		b.poll()
		if diff := cmp.Diff(map[string]int{c.ExternalID(): 1, p.ExternalID(): 1}, b.removed); diff != "" {
			t.Errorf("gone (-want +got):\n%s", diff)
		}
		_ = stays
	})
}

// TestOKReadsManyCommentsThoughAnchorsExpire reads more than one Fetch takes.
func TestOKReadsManyCommentsThoughAnchorsExpire(t *testing.T) {
	inOK(t, sandbox.OKOptions{AnchorLife: time.Minute}, func(b *okBench) {
		p := b.group.Topic("Житель", "Нет воды", sandbox.OKTopicOptions{})
		want := []string{p.ExternalID()}
		for i := range 2500 {
			time.Sleep(2 * time.Second)
			want = append(want, p.Comment("Житель", fmt.Sprint(i)).ExternalID())
		}
		for more := true; more; {
			var err error
			if more, err = b.page(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Minute)
		}
		b.wantOnce(want...)
		expired := 0
		for _, c := range b.o.Calls() {
			if c.Code == okParameter {
				expired++
			}
		}
		if expired == 0 {
			t.Error("no anchor expired")
		}
		time.Sleep(time.Hour)
		b.poll()
		b.wantOnce(want...)
		if n := len(b.source.Cursor); n > 40<<10 {
			t.Errorf("the cursor has %d bytes", n)
		}
	})
}

func TestOKCursorStaysSmall(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		for i := range 1500 {
			b.group.Topic("Житель", fmt.Sprint("Тема ", i), sandbox.OKTopicOptions{}).Comment("Житель", "раз")
			time.Sleep(5 * time.Minute)
			if i%100 == 99 {
				b.poll()
			}
		}
		b.poll()
		if n := len(b.source.Cursor); n > 80<<10 {
			t.Errorf("the cursor of a busy group has %d bytes", n)
		}
		if len(b.got) != 3000 {
			t.Errorf("%d items, want 3000", len(b.got))
		}
		time.Sleep(16 * 24 * time.Hour)
		b.poll()
		if n := len(b.source.Cursor); n > 200 {
			t.Errorf("after two quiet weeks the cursor has %d bytes: %s", n, b.source.Cursor)
		}
	})
}

func TestOKTroubleIsToldByItsKind(t *testing.T) {
	for code, want := range map[int]string{
		1: troubleNetwork, okNoMethod: troubleSetting, 4: troubleNetwork, okActionBlocked: troubleLimited, okFlood: troubleLimited, okAddressBlocked: troubleLimited,
		okDenied: troubleForbidden, okLimit: troubleLimited, okTotalLimit: troubleLimited, okParameter: troubleSetting, okAppKey: troubleSetting, okSessionExpired: troubleToken,
		okSessionWrong: troubleToken, okSignature: troubleSetting, okNoGroup: troubleGone, okNoRight: troubleSetting, okNotFound: troubleGone, okSessionNeeded: troubleToken,
		458: troubleForbidden, 9999: troubleNetwork,
	} {
		inOK(t, sandbox.OKOptions{}, func(b *okBench) {
			p := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
			end := b.o.AddFault(sandbox.Fault{Method: "mediatopic.getTopics", Code: code, Count: -1})
			cursor := b.source.Cursor
			if _, err := b.page(); err == nil || troubleCode(err) != want || b.source.Cursor != cursor {
				t.Errorf("code %d: error %v, want trouble %q", code, err, want)
			}
			end()
			time.Sleep(2 * time.Hour)
			b.network = b.open(sandbox.DefaultOKToken)
			b.poll()
			b.wantOnce(p.ExternalID())
		})
	}
	for name, fault := range map[string]sandbox.Fault{"html": {HTML502: true}, "drop": {Drop: true}, "lose": {Lose: true}, "garbage": {Garbage: true}, "null": {Null: true}, "slow": {Delay: time.Minute}} {
		inOK(t, sandbox.OKOptions{}, func(b *okBench) {
			p := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
			b.poll()
			fault.Method = "mediatopic.getTopics"
			b.o.AddFault(fault)
			if _, err := b.page(); err == nil || troubleCode(err) != troubleNetwork {
				t.Errorf("%s: error %v", name, err)
			}
			b.poll()
			b.wantOnce(p.ExternalID())
		})
	}
}

// TestOKOneBadTopicHoldsUpNoOther lets the network refuse the comments of one.
func TestOKOneBadTopicHoldsUpNoOther(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		bad, good := b.group.Topic("Житель", "Плохая", sandbox.OKTopicOptions{}), b.group.Topic("Житель", "Хорошая", sandbox.OKTopicOptions{})
		hidden, c := bad.Comment("Житель", "раз"), good.Comment("Житель", "два")
		id := strings.Split(bad.ExternalID(), "/")[1]
		end := b.o.AddFault(sandbox.Fault{Code: 1, Count: -1, Match: func(c sandbox.Call) bool { return c.Params["discussionId"] == id }})
		b.poll()
		later := good.Comment("Житель", "три")
		b.poll()
		want := []string{bad.ExternalID(), good.ExternalID(), c.ExternalID(), later.ExternalID()}
		b.wantOnce(want...)
		end()
		time.Sleep(time.Hour)
		b.poll()
		b.wantOnce(append(want, hidden.ExternalID())...)
	})
}

// TestOKSaysSoWhereCommentsAreRefusedAltogether: no topic of its own is bad.
func TestOKSaysSoWhereCommentsAreRefusedAltogether(t *testing.T) {
	for code, want := range map[int]string{okNoMethod: troubleSetting, okDenied: troubleForbidden, okParameter: troubleSetting, okNoRight: troubleSetting} {
		inOK(t, sandbox.OKOptions{}, func(b *okBench) {
			var items []string
			for range 3 {
				p := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
				items = append(items, p.ExternalID(), p.Comment("Житель", "раз").ExternalID())
			}
			end := b.o.AddFault(sandbox.Fault{Method: "discussions.getComments", Code: code, Count: -1})
			var err error
			for more := true; more && err == nil; {
				more, err = b.page()
			}
			if err == nil || troubleCode(err) != want {
				t.Errorf("code %d: %v, want trouble %q", code, err, want)
			}
			end()
			time.Sleep(time.Hour)
			b.poll()
			b.poll()
			b.wantOnce(items...)
		})
	}
}

// TestOKDoesWithoutTopicsByTheirIDs: comments come all the same, if without the
// line that they stand under.
func TestOKDoesWithoutTopicsByTheirIDs(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		b.o.AddFault(sandbox.Fault{Method: "mediatopic.getByIds", Code: okDenied, Count: -1})
		var topics []*sandbox.OKTopic
		want := []string{}
		for i := range 80 {
			topics = append(topics, b.group.Topic("Житель", fmt.Sprint(i), sandbox.OKTopicOptions{}))
			want = append(want, topics[i].ExternalID(), topics[i].Comment("Житель", "раз").ExternalID())
			time.Sleep(time.Minute)
		}
		b.poll()
		want = append(want, topics[0].Comment("Житель", "два").ExternalID())
		for range 30 {
			time.Sleep(2 * time.Minute)
			b.poll()
		}
		b.wantOnce(want...)
		if len(b.removed) != 0 {
			t.Errorf("told to be gone: %v", b.removed)
		}
	})
}

func TestOKDeadTokenStopsThatTokenAlone(t *testing.T) {
	for _, code := range []int{102, 103, 453} {
		inOK(t, sandbox.OKOptions{Tokens: []string{"one", "two"}}, func(b *okBench) {
			foreign := b.o.Group("Чужая", "foreign")
			p := foreign.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
			b.network, b.source.Address = b.open("one", "two"), foreign.ID()
			b.o.Expire("one", code)
			b.poll()
			b.poll()
			b.wantOnce(p.ExternalID())
			lost := 0
			for _, c := range b.o.Calls() {
				if c.Token == "one" {
					lost++
				}
			}
			if lost != 1 {
				t.Errorf("a refused token was tried %d times, want 1", lost)
			}
			b.o.Expire("two", code)
			if _, err := b.page(); err == nil || troubleCode(err) != troubleToken || !strings.Contains(err.Error(), "OTKLIK_OK_TOKEN") || strings.Contains(err.Error(), "two") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestOKKeepsItsPaceAndItsQuota runs two busy days.
func TestOKKeepsItsPaceAndItsQuota(t *testing.T) {
	inOK(t, sandbox.OKOptions{PerSecond: 3, PerDay: map[string]int{"mediatopic.getTopics": 300}}, func(b *okBench) {
		want := []string{}
		limited := 0
		for i := range 24 * 60 {
			time.Sleep(2 * time.Minute)
			if i%10 == 0 {
				want = append(want, b.group.Topic("Житель", fmt.Sprint(i), sandbox.OKTopicOptions{}).ExternalID())
			}
			for more := true; more; {
				var err error
				if more, err = b.page(); err != nil {
					if !errors.As(err, new(Limited)) {
						t.Fatal(err)
					}
					limited++
					more = false
				}
			}
		}
		time.Sleep(24 * time.Hour)
		b.poll()
		b.wantOnce(want...)
		codes := map[int]int{}
		for _, c := range b.o.Calls() {
			codes[c.Code]++
		}
		if codes[8] != 0 || codes[11] > 60 || limited == 0 {
			t.Errorf("codes %v, limited %d times: want the pace kept and a used-up quota asked about rarely", codes, limited)
		}
		var budgets []string
		for _, budget := range b.network.Budgets() {
			budgets = append(budgets, fmt.Sprint(budget.Key, " ", budget.Number, " ", budget.Method))
			if budget.Left > budget.Limit || budget.Limit <= 0 {
				t.Errorf("budget %+v", budget)
			}
		}
		if len(budgets) != 6 {
			t.Errorf("budgets %v", budgets)
		}
	})
}

func TestOKOpensByItsSettings(t *testing.T) {
	open := func(s okSettings) (Network, error) { return openOK(setupOf(s, http.DefaultClient)) }
	full := okSettings{URL: "https://api.ok.ru", Token: []string{"secret-token"}, ApplicationKey: "KEY", ApplicationSecret: "secret-secret"}
	if n, err := open(okSettings{URL: "https://api.ok.ru", Token: []string{" "}}); n != nil || err != nil {
		t.Errorf("without a token: %v, %v", n, err)
	}
	if n, err := open(full); n == nil || err != nil {
		t.Errorf("%v, %v", n, err)
	}
	for key, change := range map[string]func(*okSettings){
		okKeyAppKey:  func(s *okSettings) { s.ApplicationKey = "" },
		okKeySecret:  func(s *okSettings) { s.ApplicationSecret = " " },
		okKeyURL:     func(s *okSettings) { s.URL = "https://user:secret-token@api.ok.ru" },
		okKeyGroups:  func(s *okSettings) { s.Groups = "name:secret-token" },
		okKeyPublish: func(s *okSettings) { s.Publish = "secret-yes" },
		okKeyTags:    func(s *okSettings) { s.Hashtags = "1" },
	} {
		s := full
		change(&s)
		if _, err := open(s); err == nil || strings.Contains(err.Error(), "secret-") || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: error %v", key, err)
		}
	}
	for _, groups := range []string{"12345:good,secret-token", "12345:", ":secret-token"} {
		s := full
		s.Groups = groups
		if _, err := open(s); err == nil || strings.Contains(err.Error(), "secret-") {
			t.Errorf("%s: error %v", groups, err)
		}
	}
}

func TestOKResolvesAndProbes(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
		for raw, address := range map[string]string{"ok.ru/Podslushano": "https://ok.ru/podslushano", "https://m.ok.ru/group/" + b.group.ID(): "https://ok.ru/group/" + b.group.ID()} {
			l, err := links.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			got, err := b.network.Resolve(b.Context(), l)
			want := storage.Source{Network: "ok", Kind: okKindCommunity, Address: b.group.ID(), URL: address, Name: "Подслушано"}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", raw, err, diff)
			}
		}
		for raw, want := range map[string]string{"ok.ru/nobody_here": troubleGone, "https://ok.ru/group/999999": troubleGone, "https://ok.ru/profile/12345": troubleSetting} {
			l, err := links.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.network.Resolve(b.Context(), l); err == nil || troubleCode(err) != want {
				t.Errorf("%s: error %v, want trouble %q", raw, err, want)
			}
		}
		// A source that nobody resolved yet is read by its short name.
		b.source.Address = "podslushano"
		b.poll()
		if len(b.got) != 1 {
			t.Errorf("read by its short name: %v", b.got)
		}
		probe := func(n *ok) (got []string) {
			for _, c := range n.Probe(b.Context()) {
				got = append(got, fmt.Sprint(c.Key, " ", c.What, " ", c.Err == nil))
			}
			return got
		}
		if diff := cmp.Diff([]string{"OTKLIK_OK_TOKEN read true", "OTKLIK_OK_GROUPS publish true"}, probe(b.network)); diff != "" {
			t.Errorf("probe (-want +got):\n%s", diff)
		}
		b.o.Expire(sandbox.DefaultOKToken, 102)
		s := b.settings(sandbox.DefaultOKToken)
		s.Publish, s.Hashtags = "off", "on"
		if diff := cmp.Diff([]string{"OTKLIK_OK_TOKEN read false", "OTKLIK_OK_GROUPS publish by hand true", "OTKLIK_OK_HASHTAGS search false"}, probe(b.with(s))); diff != "" {
			t.Errorf("probe (-want +got):\n%s", diff)
		}
	})
}

func TestOKReadsAClosedGroupByItsOwnAdministrator(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		p := b.group.Topic("Житель", "Яма", sandbox.OKTopicOptions{})
		b.group.Close()
		b.poll()
		b.wantOnce(p.ExternalID())
		foreign := b.o.Group("Чужая", "foreign")
		foreign.Close()
		b.source.Address, b.source.Cursor = foreign.ID(), ""
		if _, err := b.page(); !errors.As(err, new(Forbidden)) {
			t.Errorf("a closed group of others: %v", err)
		}
	})
}

func TestOKSearchesHashtagsWhenTold(t *testing.T) {
	inOK(t, sandbox.OKOptions{}, func(b *okBench) {
		wanted := []Wanted{{Region: 1, Places: []storage.Place{{Name: "Старый Оскол"}, {Name: "Заречный"}}}, {Region: 2, Places: []storage.Place{{Name: "Заречный"}}}}
		if q := b.network.Queries(wanted); q != nil {
			t.Errorf("searches without being told: %v", q)
		}
		s := b.settings(sandbox.DefaultOKToken)
		s.Hashtags = "on"
		b.network = b.with(s)
		if diff := cmp.Diff([]Query{{1, "старыйоскол"}, {1, "заречный"}}, b.network.Queries(wanted)); diff != "" {
			t.Errorf("queries (-want +got):\n%s", diff)
		}
		other := b.o.Group("Другая", "")
		b.source.Kind, b.source.Address = okKindSearch, "заречный"
		var want []string
		for i := range 250 {
			time.Sleep(10 * time.Second)
			want = append(want, other.Topic("Житель", fmt.Sprintf("Яма %d #Заречный", i), sandbox.OKTopicOptions{}).ExternalID())
		}
		b.group.Topic("Житель", "Без тега", sandbox.OKTopicOptions{})
		b.poll()
		b.poll()
		b.wantOnce(want...)
		if item := b.items[want[0]]; item.PublishReason != reasonForeignGroup || item.SourceURL != "https://ok.ru/group/"+other.ID() {
			t.Errorf("found %+v", item.Post)
		}
	})
}
