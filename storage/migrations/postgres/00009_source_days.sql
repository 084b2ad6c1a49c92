-- +goose Up

-- What each source brought, by the day (since 1970, UTC) on which it was posted.
CREATE TABLE source_days (
  source_id BIGINT  NOT NULL REFERENCES sources (id),
  day       BIGINT  NOT NULL,
  posts     BIGINT  NOT NULL,
  hits      BIGINT  NOT NULL,
  PRIMARY KEY (source_id, day)
);
CREATE INDEX source_days_day ON source_days (day);

-- What ails the tokens of networks: a setting and the number of the token in it.
CREATE TABLE token_troubles (
  key      TEXT    NOT NULL CHECK (key <> ''),
  number   BIGINT  NOT NULL,
  network  TEXT    NOT NULL,
  cause    TEXT    NOT NULL CHECK (cause <> ''),
  since    BIGINT  NOT NULL,
  until    BIGINT  NOT NULL,
  told_at  BIGINT,
  cured_at BIGINT,
  PRIMARY KEY (key, number)
);
