-- +goose Up

-- What a region's decisions taught, compressed, and how far its journal was
-- read for that.
CREATE TABLE suggestion_models (
  region_id  INTEGER PRIMARY KEY REFERENCES regions (id),
  version    INTEGER NOT NULL,
  cursor     INTEGER NOT NULL,
  data       BLOB    NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- What was learned about an incident, beside the ranks in suggestions.
CREATE TABLE advice (
  incident_id INTEGER PRIMARY KEY REFERENCES incidents (id),
  earned      INTEGER NOT NULL DEFAULT 0 CHECK (earned IN (0, 1)),
  topics      TEXT    NOT NULL DEFAULT '',
  reason      TEXT    NOT NULL DEFAULT '',
  urgent      INTEGER NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1))
) STRICT;
