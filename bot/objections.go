package bot

import (
	"context"
	"slices"

	"otklik/monitor/links"
	"otklik/storage"
)

// objection is why a network would not take a draft.
type objection struct {
	Network string
	Code    string
	Length  string
	Count   string
	Limit   string
}

// objections are the reasons why networks of the incident's posts would not
// take its draft; all says that none of them would.
func (b *Bot) objections(ctx context.Context, incident int64) (list []objection, all bool, err error) {
	a, err := b.store.Answer(ctx, incident)
	if err != nil {
		return nil, false, err
	}
	posts, err := b.store.Posts(ctx, incident)
	if err != nil {
		return nil, false, err
	}
	list, all = objectionsOf(a.Text, posts)
	return list, all, nil
}

// objectionsOf tells each network once. What binds only a network's interface
// is no objection where a person publishes.
func objectionsOf(text string, posts []storage.Post) (list []objection, all bool) {
	var asked, refusing []string
	for _, p := range posts {
		if p.State == storage.Deleted || slices.Contains(asked, p.Network) {
			continue
		}
		asked = append(asked, p.Network)
		byUs := slices.ContainsFunc(posts, func(x storage.Post) bool { return x.Network == p.Network && x.CanPublish })
		for _, problem := range links.Check(p.Network, text) {
			if !byUs && !links.Limits(p.Network).BindPeople {
				continue
			}
			list = append(list, objection{p.Network, problem.Code, problem.Params["length"], problem.Params["count"], problem.Params["limit"]})
			if !slices.Contains(refusing, p.Network) {
				refusing = append(refusing, p.Network)
			}
		}
	}
	return list, len(asked) > 0 && len(refusing) == len(asked)
}

// networksOf are the networks that object.
func networksOf(list []objection) (names []string) {
	for _, o := range list {
		if !slices.Contains(names, o.Network) {
			names = append(names, o.Network)
		}
	}
	return names
}
