package monitor

import (
	"context"

	"otklik/storage"
)

// publishing says of a post what monitor can publish under it.
func (m *Monitor) publishing(p storage.Post) storage.Post {
	p.CanPublish, p.PublishReason = m.canPublish(p)
	p.TakesPhotos = 0
	if p.CanPublish {
		p.TakesPhotos = m.takesPhotos(p)
	}
	return p
}

// takesPhotos is how many photos an answer under a post may have.
func (m *Monitor) takesPhotos(p storage.Post) int {
	if n := m.byName[p.Network]; n != nil {
		if taker, ok := n.network.(PhotoTaker); ok {
			return min(taker.TakesPhotos(p), storage.MaxUploads)
		}
	}
	return 0
}

// canPublish says whether monitor can publish an answer under a post.
func (m *Monitor) canPublish(p storage.Post) (bool, string) {
	n := m.byName[p.Network]
	if n == nil {
		return false, reasonNotSupported
	}
	if n.network == nil {
		return false, reasonNoToken
	}
	publisher, ok := n.network.(Publisher)
	if !ok {
		return false, reasonNotSupported
	}
	return publisher.CanPublish(p)
}

// openPostsAtOnce is how many posts are looked at in one transaction.
const openPostsAtOnce = 500

// refreshPublishing says anew what can be answered: settings may have changed
// since the posts of open incidents were found.
func (m *Monitor) refreshPublishing(ctx context.Context) error {
	regions, err := m.store.Regions(ctx)
	if err != nil {
		return err
	}
	for _, r := range regions {
		for after := int64(0); ; {
			posts, err := m.store.OpenPosts(ctx, r.ID, after, openPostsAtOnce)
			if err != nil {
				return err
			}
			var changed []storage.Post
			for _, p := range posts {
				now := m.publishing(p)
				if now.CanPublish != p.CanPublish || now.PublishReason != p.PublishReason || now.TakesPhotos != p.TakesPhotos {
					changed = append(changed, now)
				}
			}
			if len(changed) > 0 {
				if err := m.store.SetPublishing(ctx, changed); err != nil {
					return err
				}
			}
			if len(posts) < openPostsAtOnce {
				break
			}
			after = posts[len(posts)-1].ID
		}
	}
	return nil
}
