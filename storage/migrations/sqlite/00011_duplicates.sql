-- +goose Up

-- How a post came to its incident: with another one that was merged into it, or by itself, for its text is so much alike (1: a repost). NULL for one that made it.
ALTER TABLE incident_posts ADD COLUMN origin_id INTEGER REFERENCES incidents (id);
ALTER TABLE incident_posts ADD COLUMN likeness REAL;
CREATE INDEX incident_posts_origin ON incident_posts (origin_id) WHERE origin_id IS NOT NULL;
CREATE INDEX incidents_merged ON incidents (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX posts_signed ON posts (found_at, id) WHERE signature IS NOT NULL;

-- Which earlier incident one is like, and how much. twin: it would have joined, had the other one not ended before.
CREATE TABLE proposals (
  incident_id INTEGER NOT NULL REFERENCES incidents (id),
  other_id    INTEGER NOT NULL REFERENCES incidents (id),
  likeness    REAL    NOT NULL,
  twin        INTEGER NOT NULL CHECK (twin IN (0, 1)),
  PRIMARY KEY (incident_id, other_id)
) STRICT;
CREATE INDEX proposals_other ON proposals (other_id);

-- A topic that is suddenly written of in a place far more often than usual: one alarm each.
CREATE TABLE surges (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  region_id  INTEGER NOT NULL REFERENCES regions (id),
  topic_id   INTEGER NOT NULL REFERENCES topics (id),
  place_id   INTEGER REFERENCES places (id),
  posts      INTEGER NOT NULL,
  began_at   INTEGER NOT NULL,
  told_at    INTEGER,
  ended_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX surges_open ON surges (region_id, topic_id, coalesce(place_id, 0)) WHERE ended_at IS NULL;
