package links

import (
	"regexp"
	"strings"
)

var (
	vkWall   = regexp.MustCompile(`^wall(-?\d{1,19})_(\d{1,19})(?:_r(\d{1,19}))?$`)
	vkTopic  = regexp.MustCompile(`^topic-(\d{1,19})_(\d{1,19})$`)
	vkMedia  = regexp.MustCompile(`^(photo|video|clip)(-?\d{1,19})_(\d{1,19})(?:_[0-9a-f]{1,40})?$`)
	vkNumber = regexp.MustCompile(`^(club|public|event|id)(\d{1,19})$`)
	vkName   = regexp.MustCompile(`^[A-Za-z0-9_.]{2,64}$`)
	digits   = regexp.MustCompile(`^\d{1,25}$`)
)

// parseVK reads the path, or what stands over the page by w= or z=.
func parseVK(a address) Link {
	names := []string{a.at(0)}
	for _, key := range []string{"w", "z"} {
		name, _, _ := strings.Cut(a.query.Get(key), "/")
		names = append([]string{name}, names...)
	}
	for _, name := range names {
		if link := vkThing(name, a); link.URL != "" {
			return link
		}
	}
	return vkOwner(a.at(0), a.query.Get("w") != "" || len(a.path) > 1)
}

func vkThing(name string, a address) Link {
	// The address of a reply inside another one's query: wall-1_2?reply=3.
	name, inner, _ := strings.Cut(strings.ToLower(name), "?")
	get := func(key string) string {
		value := a.query.Get(key)
		for pair := range strings.SplitSeq(inner, "&") {
			if v, ok := strings.CutPrefix(pair, key+"="); ok {
				value = v
			}
		}
		if !digits.MatchString(value) {
			return ""
		}
		return value
	}
	if m := vkWall.FindStringSubmatch(name); m != nil {
		reply := get("reply")
		if m[3] != "" {
			reply = m[3]
		}
		return vkWallLink(m[1], m[2], reply, get("thread"))
	}
	if m := vkTopic.FindStringSubmatch(name); m != nil {
		return vkTopicLink(m[1], m[2], get("post"))
	}
	if m := vkMedia.FindStringSubmatch(name); m != nil {
		kind := Video
		if m[1] == "photo" {
			kind = Photo
		}
		id := m[1] + m[2] + "_" + m[3]
		return Link{Kind: kind, ExternalID: id, RootID: id, Owner: m[2], URL: "https://vk.com/" + id}
	}
	return Link{}
}

func vkWallLink(owner, post, reply, thread string) Link {
	id := owner + "_" + post
	link := Link{Kind: Post, ExternalID: id, RootID: id, Owner: owner, URL: "https://vk.com/wall" + id}
	if reply == "" {
		return link
	}
	link.Kind, link.ParentID = Comment, id
	if thread != "" && thread != reply {
		link.ParentID = id + "_" + thread
	}
	link.ExternalID = id + "_" + reply
	link.URL += "?reply=" + reply
	return link
}

func vkTopicLink(group, topic, post string) Link {
	id := "t" + group + "_" + topic
	link := Link{Kind: Topic, ExternalID: id, RootID: id, Owner: "-" + group, URL: "https://vk.com/topic-" + group + "_" + topic}
	if post != "" {
		link.Kind, link.ParentID = Comment, id
		link.ExternalID = id + "_" + post
		link.URL += "?post=" + post
	}
	return link
}

// vkSections are paths of the site itself, no short names.
var vkSections = map[string]bool{"feed": true, "im": true, "search": true, "away.php": true, "video": true, "audio": true, "apps": true, "login": true, "wall": true}

func vkOwner(name string, inside bool) Link {
	if inside {
		return Link{}
	}
	if m := vkNumber.FindStringSubmatch(strings.ToLower(name)); m != nil {
		if m[1] == "id" {
			return Link{Kind: Profile, ExternalID: m[2], Owner: m[2], URL: "https://vk.com/id" + m[2]}
		}
		return Link{Kind: Community, ExternalID: "-" + m[2], Owner: "-" + m[2], URL: "https://vk.com/club" + m[2]}
	}
	name = strings.ToLower(strings.TrimPrefix(name, "@"))
	if !vkName.MatchString(name) || vkSections[name] {
		return Link{}
	}
	return Link{Kind: Community, ExternalID: name, Owner: name, URL: "https://vk.com/" + name}
}
