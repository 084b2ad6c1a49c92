package monitor

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"otklik/monitor/links"
	"otklik/monitor/sandbox"
	"otklik/storage"
)

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
