package rules

import (
	"strings"
	"testing"
)

// ordinaryPosts have all that the engine has to look at more closely.
var ordinaryPosts = []string{
	"Во дворе дома 5 по улице Ленина третий день нет воды, звоним в диспетчерскую, никто трубку не берёт. Когда это кончится?",
	"На дoрoге ЯМЫ, #ямынадорогах #нет_воды! С в е т а  нет… CBET дали? «Лёд» на тротуарах — к0гда уберут?",
	"Ничего не происходит, просто хороший день 🌞 https://example.org/post?id=1",
	"",
}

func topicRules() (list []Rule) {
	for _, topic := range Topics() {
		for _, text := range append(topic.Rules[:len(topic.Rules):len(topic.Rules)], topic.DangerRules...) {
			list = append(list, Rule{int64(len(list)), text})
		}
	}
	return list
}

func TestMatchingAllocatesNothing(t *testing.T) {
	set, err := Compile(topicRules())
	if err != nil {
		t.Fatal(err)
	}
	posts := append(ordinaryPosts, strings.Join(ordinaryPosts, "\n"))
	var m Matches
	hits := 0
	for range 2 {
		for _, post := range posts {
			hits += len(set.Match(&m, post))
		}
	}
	if hits == 0 {
		t.Error("nothing matched: the test tests little")
	}
	for _, post := range posts {
		if n := testing.AllocsPerRun(100, func() { set.Match(&m, post) }); n != 0 {
			t.Errorf("%v allocations for %q", n, post)
		}
	}
}
