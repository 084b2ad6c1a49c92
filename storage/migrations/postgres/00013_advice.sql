-- +goose Up

-- What a region's decisions taught, compressed, and how far its journal was
-- read for that.
CREATE TABLE suggestion_models (
  region_id  BIGINT PRIMARY KEY REFERENCES regions (id),
  version    BIGINT NOT NULL,
  cursor     BIGINT NOT NULL,
  data       BYTEA   NOT NULL,
  updated_at BIGINT NOT NULL
);

-- What was learned about an incident, beside the ranks in suggestions.
CREATE TABLE advice (
  incident_id BIGINT PRIMARY KEY REFERENCES incidents (id),
  earned      BIGINT NOT NULL DEFAULT 0 CHECK (earned IN (0, 1)),
  topics      TEXT    NOT NULL DEFAULT '',
  reason      TEXT    NOT NULL DEFAULT '',
  urgent      BIGINT NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1))
);
