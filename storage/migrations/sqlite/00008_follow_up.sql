-- +goose Up

-- When a post's text last changed, and when it was last read again in its network.
ALTER TABLE posts ADD COLUMN edited_at INTEGER;
ALTER TABLE posts ADD COLUMN checked_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX posts_author ON posts (author_hash) WHERE author_hash IS NOT NULL;
CREATE INDEX incidents_open ON incidents (id) WHERE state IN ('new', 'assigned', 'answered');

-- The thread under an answer is read on: up to when it was, and when it is next.
ALTER TABLE publications ADD COLUMN followed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE publications ADD COLUMN follow_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX publications_post ON publications (post_id);
CREATE INDEX publications_done ON publications (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX publications_external ON publications (external_id) WHERE external_id <> '';

-- What residents replied to answers.
CREATE TABLE replies (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  publication_id INTEGER NOT NULL REFERENCES publications (id),
  incident_id    INTEGER NOT NULL REFERENCES incidents (id),
  network        TEXT NOT NULL,
  external_id    TEXT NOT NULL CHECK (external_id <> ''),
  url            TEXT NOT NULL,
  text           TEXT NOT NULL,
  author_hash    BLOB,
  kind           TEXT NOT NULL CHECK (kind IN ('thanks', 'unsolved', 'other')),
  published_at   INTEGER NOT NULL,
  found_at       INTEGER NOT NULL,
  removed_at     INTEGER,
  UNIQUE (network, external_id)
) STRICT;
CREATE INDEX replies_incident ON replies (incident_id);

-- When a resident said that nothing was solved; NULL once the administrators decided.
ALTER TABLE incidents ADD COLUMN objected_at INTEGER;
CREATE INDEX incidents_objected ON incidents (region_id, id) WHERE objected_at IS NOT NULL;
