-- +goose Up

-- What each source brought, by the day (since 1970, UTC) on which it was posted.
CREATE TABLE source_days (
  source_id INTEGER NOT NULL REFERENCES sources (id),
  day       INTEGER NOT NULL,
  posts     INTEGER NOT NULL,
  hits      INTEGER NOT NULL,
  PRIMARY KEY (source_id, day)
) STRICT;
CREATE INDEX source_days_day ON source_days (day);

-- What ails the tokens of networks: a setting and the number of the token in it.
CREATE TABLE token_troubles (
  key      TEXT    NOT NULL CHECK (key <> ''),
  number   INTEGER NOT NULL,
  network  TEXT    NOT NULL,
  cause    TEXT    NOT NULL CHECK (cause <> ''),
  since    INTEGER NOT NULL,
  until    INTEGER NOT NULL,
  told_at  INTEGER,
  cured_at INTEGER,
  PRIMARY KEY (key, number)
) STRICT;
