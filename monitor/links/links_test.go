package links

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for raw, want := range map[string]Link{
		"https://vk.com/wall-1_2":                               {VK, Post, "-1_2", "", "-1_2", "-1", "https://vk.com/wall-1_2"},
		"http://m.vk.ru/wall-1_2?from=feed":                     {VK, Post, "-1_2", "", "-1_2", "-1", "https://vk.com/wall-1_2"},
		"vk.com/perm59?w=wall-1_2":                              {VK, Post, "-1_2", "", "-1_2", "-1", "https://vk.com/wall-1_2"},
		"https://vk.com/feed?w=wall-1_2_r7":                     {VK, Comment, "-1_2_7", "-1_2", "-1_2", "-1", "https://vk.com/wall-1_2?reply=7"},
		"https://vk.com/wall-1_2?reply=8&thread=7":              {VK, Comment, "-1_2_8", "-1_2_7", "-1_2", "-1", "https://vk.com/wall-1_2?reply=8"},
		"https://vk.com/wall15_2?reply=3#x":                     {VK, Comment, "15_2_3", "15_2", "15_2", "15", "https://vk.com/wall15_2?reply=3"},
		"https://vk.com/topic-1_2":                              {VK, Topic, "t1_2", "", "t1_2", "-1", "https://vk.com/topic-1_2"},
		"https://vk.com/topic-1_2?post=3":                       {VK, Comment, "t1_2_3", "t1_2", "t1_2", "-1", "https://vk.com/topic-1_2?post=3"},
		"https://vk.com/photo-1_2?z=photo-1_2%2Fwall-1_3":       {VK, Photo, "photo-1_2", "", "photo-1_2", "-1", "https://vk.com/photo-1_2"},
		"https://vk.com/public15":                               {VK, Community, "-15", "", "", "-15", "https://vk.com/club15"},
		"https://vk.com/id15":                                   {VK, Profile, "15", "", "", "15", "https://vk.com/id15"},
		"https://www.vk.com/Perm59/":                            {VK, Community, "perm59", "", "", "perm59", "https://vk.com/perm59"},
		"https://vk.com/search?c=1":                             {VK, Page, "", "", "", "", "https://vk.com/search?c=1"},
		"https://ok.ru/group/5503/topic/15":                     {OK, Post, "5503/15", "", "5503/15", "5503", "https://ok.ru/group/5503/topic/15"},
		"https://m.ok.ru/group55030/topic/15":                   {OK, Post, "55030/15", "", "55030/15", "55030", "https://ok.ru/group/55030/topic/15"},
		"https://ok.ru/Zarechny/topic/15":                       {OK, Post, "zarechny/15", "", "zarechny/15", "zarechny", "https://ok.ru/zarechny/topic/15"},
		"https://m.ok.ru/group/5503/topic/15?st=1#comment=aB:1": {OK, Comment, "5503/15/aB:1", "5503/15", "5503/15", "5503", "https://ok.ru/group/5503/topic/15#comment=aB:1"},
		"https://ok.ru/group/5503/topic/15#top":                 {OK, Post, "5503/15", "", "5503/15", "5503", "https://ok.ru/group/5503/topic/15"},
		"https://ok.ru/group/5503#comment=aB":                   {OK, Community, "5503", "", "", "5503", "https://ok.ru/group/5503"},
		"https://ok.ru/profile/77/statuses/15":                  {OK, Post, "77/15", "", "77/15", "77", "https://ok.ru/profile/77/statuses/15"},
		"https://ok.ru/profile/77":                              {OK, Profile, "77", "", "", "77", "https://ok.ru/profile/77"},
		"https://www.facebook.com/zarechny/posts/15":            {Facebook, Post, "15", "", "15", "zarechny", "https://www.facebook.com/zarechny/posts/15"},
		"https://m.facebook.com/story.php?story_fbid=15&id=77":  {Facebook, Post, "77_15", "", "77_15", "77", "https://www.facebook.com/77_15"},
		"https://facebook.com/77/posts/15?comment_id=3":         {Facebook, Comment, "15_3", "77_15", "77_15", "77", "https://www.facebook.com/77_15?comment_id=3"},
		"https://www.facebook.com/permalink.php?story_fbid=pfbid02abcdefghijk&id=77": {Facebook, Post, "pfbid02abcdefghijk", "", "pfbid02abcdefghijk", "77",
			"https://www.facebook.com/77/posts/pfbid02abcdefghijk"},
		"https://www.facebook.com/77_15?comment_id=Y29tbWVudDoxNV8z&reply_comment_id=9": {Facebook, Comment, "15_9", "15_3", "77_15", "77",
			"https://www.facebook.com/77_15?comment_id=9"},
		"https://www.facebook.com/groups/88/permalink/15/":  {Facebook, Post, "88_15", "", "88_15", "88", "https://www.facebook.com/groups/88/posts/15"},
		"https://www.facebook.com/watch/?v=15&comment_id=3": {Facebook, Comment, "15_3", "15", "15", "", "https://www.facebook.com/watch?comment_id=3&v=15"},
		"https://www.facebook.com/zarechny?fbclid=q":        {Facebook, Community, "zarechny", "", "", "zarechny", "https://www.facebook.com/zarechny"},
		"https://www.instagram.com/p/Cabcd_-1/?igshid=5":    {Instagram, Post, "Cabcd_-1", "", "Cabcd_-1", "", "https://www.instagram.com/p/Cabcd_-1/"},
		"https://instagram.com/zar/reel/Cabcd_-1/":          {Instagram, Post, "Cabcd_-1", "", "Cabcd_-1", "zar", "https://www.instagram.com/p/Cabcd_-1/"},
		"https://www.instagram.com/p/Cabcd/c/178/":          {Instagram, Comment, "178", "Cabcd", "Cabcd", "", "https://www.instagram.com/p/Cabcd/c/178/"},
		"https://www.instagram.com/p/Cabcd/c/178/r/179/":    {Instagram, Comment, "179", "178", "Cabcd", "", "https://www.instagram.com/p/Cabcd/c/179/"},
		"https://www.instagram.com/explore/tags/заречный/":  {Instagram, Hashtag, "заречный", "", "", "", "https://www.instagram.com/explore/tags/заречный/"},
		"https://twitter.com/Zar/status/1992?s=20":          {X, Post, "1992", "", "1992", "zar", "https://x.com/i/web/status/1992"},
		"https://mobile.twitter.com/zar/statuses/1992":      {X, Post, "1992", "", "1992", "zar", "https://x.com/i/web/status/1992"},
		"https://x.com/i/web/status/1992":                   {X, Post, "1992", "", "1992", "", "https://x.com/i/web/status/1992"},
		"https://x.com/zar/status/1992/photo/1":             {X, Post, "1992", "", "1992", "zar", "https://x.com/i/web/status/1992"},
		"https://x.com/hashtag/Ямы":                         {X, Hashtag, "ямы", "", "", "", "https://x.com/hashtag/ямы"},
		"https://t.me/Zarechny/15":                          {Telegram, Post, "zarechny/15", "", "zarechny/15", "zarechny", "https://t.me/zarechny/15"},
		"https://t.me/s/zarechny/15?single":                 {Telegram, Post, "zarechny/15", "", "zarechny/15", "zarechny", "https://t.me/zarechny/15"},
		"https://t.me/zarechny/15?comment=3":                {Telegram, Comment, "zarechny/15/3", "zarechny/15", "zarechny/15", "zarechny", "https://t.me/zarechny/15?comment=3"},
		"https://t.me/zarechny/15?thread=9":                 {Telegram, Comment, "zarechny/15", "zarechny/9", "zarechny/9", "zarechny", "https://t.me/zarechny/15?thread=9"},
		"https://t.me/c/123/9/15":                           {Telegram, Comment, "-100123/15", "-100123/9", "-100123/9", "-100123", "https://t.me/c/123/15?thread=9"},
		"https://t.me/joinchat/abc":                         {Telegram, Page, "", "", "", "", "https://t.me/joinchat/abc"},
		"HTTP://Site.RU:80/News/?b=2&utm_source=x&a=1#top":  {Web, Page, "", "", "", "", "http://site.ru/News/?a=1&b=2"},
		"https://xn--e1aybc.xn--p1ai/a":                     {Web, Page, "", "", "", "", "https://тест.рф/a"},
		"тест.рф":                                           {Web, Page, "", "", "", "", "https://тест.рф"},
		"https://vk.com.evil.ru/wall-1_2":                   {Web, Page, "", "", "", "", "https://vk.com.evil.ru/wall-1_2"},
		"https://vk.com:8443/wall-1_2":                      {Web, Page, "", "", "", "", "https://vk.com:8443/wall-1_2"},
	} {
		got, err := Parse(raw)
		if err != nil {
			t.Errorf("Parse(%q): %v", raw, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", raw, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for raw, want := range map[string]error{
		"":                            ErrEmpty,
		" \n":                         ErrEmpty,
		"ftp://site.ru/a":             ErrScheme,
		"javascript:alert(1)":         ErrScheme,
		"mailto:a@site.ru":            ErrScheme,
		"просто текст":                ErrMalformed,
		"слово":                       ErrScheme,
		"https://":                    ErrHost,
		"https://user:pass@site.ru/a": ErrUserinfo,
		"https://site.ru/a b":         ErrMalformed,
		"https://site.ru/%zz":         ErrMalformed,
		"https://" + strings.Repeat("a", MaxLength): ErrTooLong,
	} {
		if _, err := Parse(raw); !errors.Is(err, want) {
			t.Errorf("Parse(%.40q) = %v, want %v", raw, err, want)
		}
	}
}

func TestSameThread(t *testing.T) {
	for _, c := range []struct {
		post, answer string
		belongs      bool
		reason       string
	}{
		{"https://vk.com/wall-1_2", "https://vk.com/wall-1_2?reply=5", true, ""},
		{"https://vk.com/wall-1_2?reply=3", "https://vk.ru/wall-1_2?reply=5&thread=3", true, ""},
		{"https://vk.com/wall-1_2?reply=3", "https://vk.com/wall-1_2", true, SameItself},
		{"https://vk.com/wall-1_2", "https://m.vk.com/wall-1_2", true, SameItself},
		{"https://vk.com/wall-1_2", "https://vk.com/wall-1_3?reply=5", false, OtherThread},
		{"https://vk.com/topic-1_2?post=3", "https://vk.com/topic-1_2?post=9", true, ""},
		{"https://vk.com/wall-1_2", "https://ok.ru/group/5503/topic/15", false, OtherNetwork},
		{"https://vk.com/wall-1_2", "https://vk.com/perm59", false, NotAMessage},
		{"https://ok.ru/group/5503/topic/15", "https://ok.ru/zarechny/topic/15", true, SameItself},
		{"https://ok.ru/group/5503/topic/15", "https://ok.ru/zarechny/topic/16", false, OtherThread},
		{"https://ok.ru/group/5503/topic/15", "https://ok.ru/group/5503/topic/16", false, OtherThread},
		{"https://ok.ru/group/5503/topic/15#comment=a", "https://ok.ru/group/5503/topic/15", true, SameItself},
		{"https://ok.ru/group/5503/topic/15#comment=a", "https://ok.ru/zarechny/topic/15", true, SameItself},
		{"https://ok.ru/group/5503/topic/15#comment=a", "https://ok.ru/group/5503/topic/15#comment=b", true, ""},
		{"https://ok.ru/group/5503/topic/15#comment=a", "https://ok.ru/group/5503/topic/16", false, OtherThread},
		{"https://www.facebook.com/77_15", "https://www.facebook.com/77/posts/15?comment_id=3", true, ""},
		{"https://www.facebook.com/77_15", "https://www.facebook.com/77/posts/16?comment_id=3", false, OtherThread},
		{"https://www.facebook.com/77_15", "https://www.facebook.com/zar/posts/pfbid02abcdefghijk", false, CannotBeKnown},
		{"https://www.instagram.com/p/Cabcd/c/178/", "https://www.instagram.com/p/Cabcd/c/180/", true, ""},
		{"https://www.instagram.com/p/Cabcd/", "https://www.instagram.com/p/Cabce/", false, OtherThread},
		{"https://x.com/zar/status/1", "https://x.com/zar/status/2", false, CannotBeKnown},
		{"https://t.me/zarechny/1", "https://t.me/zarechny/2", true, SameChat},
		{"https://t.me/zarechny/1", "https://t.me/zarechny/1?comment=2", true, ""},
		{"https://t.me/zarechny/1", "https://t.me/nagorny/2", false, OtherThread},
		{"https://t.me/zarechny/1", "https://t.me/c/12/2", false, CannotBeKnown},
		{"https://site.ru/a", "https://site.ru/b", false, CannotBeKnown},
	} {
		post, err := Parse(c.post)
		answer, err2 := Parse(c.answer)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if belongs, reason := SameThread(post, answer); belongs != c.belongs || reason != c.reason {
			t.Errorf("SameThread(%s, %s) = %v, %q, want %v, %q", c.post, c.answer, belongs, reason, c.belongs, c.reason)
		}
	}
}

func TestPermalink(t *testing.T) {
	for _, c := range []struct{ network, kind, id, want string }{
		{VK, Post, "-1_2", "https://vk.com/wall-1_2"},
		{VK, Comment, "-1_2_3", "https://vk.com/wall-1_2?reply=3"},
		{VK, Comment, "t1_2_3", "https://vk.com/topic-1_2?post=3"},
		{VK, Photo, "photo-1_2", "https://vk.com/photo-1_2"},
		{OK, Post, "5503/15", "https://ok.ru/group/5503/topic/15"},
		{OK, Comment, "5503/15/MTc5=", "https://ok.ru/group/5503/topic/15#comment=MTc5="},
		{OK, Comment, "zarechny/15/MTc5", "https://ok.ru/zarechny/topic/15#comment=MTc5"},
		{OK, Comment, "5503/15/a b", ""},
		{Facebook, Post, "77_15", "https://www.facebook.com/77_15"},
		{Facebook, Comment, "15_3", "https://www.facebook.com/15?comment_id=3"},
		{Instagram, Post, "Cabcd", "https://www.instagram.com/p/Cabcd/"},
		{Instagram, Comment, "178", ""},
		{X, Post, "1992", "https://x.com/i/web/status/1992"},
		{Telegram, Post, "zarechny/15", "https://t.me/zarechny/15"},
		{Telegram, Post, "-100123/15", "https://t.me/c/123/15"},
		{Telegram, Comment, "zarechny/15/3", "https://t.me/zarechny/15?comment=3"},
		{VK, Post, "1_2/../x", ""},
		{Web, Page, "x", ""},
	} {
		got, ok := Permalink(c.network, c.kind, c.id)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("Permalink(%s, %s, %s) = %q, %v, want %q", c.network, c.kind, c.id, got, ok, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	problem := func(code string, params ...string) []Problem {
		p := Problem{Code: code}
		for i := 0; i+1 < len(params); i += 2 {
			if p.Params == nil {
				p.Params = map[string]string{}
			}
			p.Params[params[i]] = params[i+1]
		}
		return []Problem{p}
	}
	for _, c := range []struct {
		network, text string
		want          []Problem
	}{
		{VK, strings.Repeat("я", 10_000), nil},
		{X, strings.Repeat("я", 280), nil},
		{X, strings.Repeat("я", 281), problem(TooLong, "length", "281", "limit", "280")},
		{X, strings.Repeat("я", 257) + "https://perm.ru/" + strings.Repeat("a", 90), nil},
		{X, strings.Repeat("я", 258) + "https://perm.ru/", problem(TooLong, "length", "281", "limit", "280")},
		{X, strings.Repeat("👨‍👩‍👧", 140), nil},
		{X, strings.Repeat("👨‍👩‍👧", 141), problem(TooLong, "length", "282", "limit", "280")},
		{Instagram, "Ответ: perm.ru", nil},
		{Instagram, "Ответ: perm.ru, https://a.ru/b", problem(TooManyLinks, "count", "2", "limit", "1")},
		{Instagram, "Ответ #а #б #в #г #д", problem(TooManyTags, "count", "5", "limit", "4")},
		{Instagram, "ЯМУ ЗАСЫПАЛИ", problem(Shouting)},
		{Instagram, strings.Repeat("я", 301), problem(TooLong, "length", "301", "limit", "300")},
		{"unknown", "ЯМУ ЗАСЫПАЛИ", nil},
	} {
		if diff := cmp.Diff(c.want, Check(c.network, c.text)); diff != "" {
			t.Errorf("Check(%s, %.30q) (-want +got):\n%s", c.network, c.text, diff)
		}
	}
}

// FuzzParse: nothing panics, a canonical address is a fixed point, and the
// address made of an id leads back to that id.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"https://vk.com/wall-1_2?reply=3&thread=1", "https://ok.ru/group/5503/topic/15#comment=MTc5", "https://www.facebook.com/watch/?v=15&comment_id=3",
		"https://www.facebook.com/groups/a/posts/1", "https://www.instagram.com/p/Cabcd/c/1/", "https://x.com/a/status/1", "https://t.me/c/1/2/3",
		"https://тест.рф:8080/a%20b?x=%41&utm_a=1&x", "http://[::1]:80/", "https://vk.com/feed?w=wall-1_2%3Freply=3", "http://a.ru//%2f?=&;#",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		link, err := Parse(raw)
		if err != nil {
			return
		}
		again, err := Parse(link.URL)
		if errors.Is(err, ErrTooLong) {
			return // a readable name may be longer than the packed one
		}
		if err != nil {
			t.Fatalf("Parse(%q).URL = %q: %v", raw, link.URL, err)
		}
		if again.URL != link.URL || again.ExternalID != link.ExternalID || again.Network != link.Network {
			t.Fatalf("Parse(%q) = %+v, read again %+v", raw, link, again)
		}
		if address, ok := Permalink(link.Network, link.Kind, link.ExternalID); ok && link.Network != Facebook {
			back, err := Parse(address)
			if err != nil || back.RootID != "" && link.Network != Telegram && back.ExternalID != link.ExternalID {
				t.Fatalf("Permalink of %+v = %q, read back %+v, %v", link, address, back, err)
			}
		}
	})
}
