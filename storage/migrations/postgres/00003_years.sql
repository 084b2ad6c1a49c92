-- +goose Up

-- What people and loops wait for must not look through what the years have left.
DROP INDEX incidents_open;
CREATE INDEX incidents_state ON incidents (region_id, state, id);
CREATE INDEX incidents_topic ON incidents (official_id, topic_id, id) WHERE official_id IS NOT NULL;
CREATE INDEX recent_texts_found ON recent_texts (found_at);
CREATE INDEX incident_posts_post ON incident_posts (post_id);
CREATE INDEX messages_notices ON messages (created_at) WHERE kind = 'notice';

-- When the texts of an incident were erased; a new text makes it NULL again.
ALTER TABLE incidents ADD COLUMN erased_at BIGINT;
CREATE INDEX incidents_kept ON incidents (registered_at) WHERE erased_at IS NULL;
