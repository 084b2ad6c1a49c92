package monitor

// builtInMaps are the maps that every installation has.
var builtInMaps = []FieldMap{
	{
		// One mention, as the webhook of YouScan posts it. Of a post in X it tells
		// nothing but its id.
		Name: "youscan",
		Fields: map[string]ways{
			"network":      {"sourceName"},
			"external_id":  {"postId"},
			"url":          {"url"},
			"title":        {"title"},
			"text":         {"fullText", "text"},
			"published_at": {"published", "publishedAt"},
			"author.id":    {"author.id", "author.nickname"},
			"author.url":   {"author.url"},
			"source.url":   {"channel.url"},
			"source.name":  {"channel.name", "sourceName"},
		},
		Values: map[string]map[string]string{"network": networkNames},
	},
	{
		// The answer of feed.listMessagesCustom of Brand Analytics, with the groups
		// of fields "static" and "text", together or apart.
		Name:  "brandanalytics",
		Items: "messages",
		Fields: map[string]ways{
			"network":      {"hub", "static.hub"},
			"external_id":  {"id", "static.id"},
			"url":          {"url", "static.url"},
			"title":        {"title", "text.title"},
			"text":         {"text.text", "text", "text.textSnippet", "textSnippet"},
			"published_at": {"dates.*", "static.dates.*", "dates", "static.dates"},
		},
		Values: map[string]map[string]string{"network": networkNames},
	},
	{
		// What exports and webhooks call their fields most often, in English and
		// Russian.
		Name: "generic",
		Fields: map[string]ways{
			"network":      {"network", "platform", "hub", "соцсеть", "сеть", "площадка"},
			"external_id":  {"external_id", "post_id", "postId", "message_id"},
			"url":          {"url", "link", "permalink", "href", "ссылка", "адрес", "url сообщения", "ссылка на сообщение"},
			"title":        {"title", "subject", "заголовок"},
			"text":         {"text", "fullText", "full_text", "body", "message", "content", "текст", "сообщение", "текст сообщения"},
			"published_at": {"published_at", "publishedAt", "published", "created_at", "createdAt", "date", "timestamp", "time", "дата", "дата публикации", "дата и время", "дата + время"},
			"parent_url":   {"parent_url", "parentUrl", "parent.url"},
			"author.id":    {"author_id", "author.id", "user_id", "user.id"},
			"author.url":   {"author_url", "author.url", "user.url", "автор: ссылка", "ссылка на автора"},
			"source.url":   {"source_url", "source.url", "channel.url", "group.url", "ссылка на источник"},
			"source.name":  {"source_name", "source.name", "channel.name", "group.name", "источник", "сообщество"},
			"action":       {"action", "event", "действие"},
		},
		Values: map[string]map[string]string{"network": networkNames},
	},
}

// networkNames are what others call the networks.
var networkNames = map[string]string{
	"vk": "vk", "vk.com": "vk", "vk.ru": "vk", "vkontakte": "vk", "вк": "vk", "вконтакте": "vk",
	"ok": "ok", "ok.ru": "ok", "odnoklassniki": "ok", "одноклассники": "ok",
	"facebook": "facebook", "facebook.com": "facebook", "фейсбук": "facebook",
	"instagram": "instagram", "instagram.com": "instagram", "инстаграм": "instagram",
	"x": "x", "x.com": "x", "twitter": "x", "twitter.com": "x", "твиттер": "x",
	"telegram": "telegram", "telegram.org": "telegram", "t.me": "telegram", "телеграм": "telegram",
}
