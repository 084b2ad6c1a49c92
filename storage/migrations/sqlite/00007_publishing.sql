-- +goose Up

-- How many photos an answer under a post may have; 0: they go by hand.
ALTER TABLE posts ADD COLUMN takes_photos INTEGER NOT NULL DEFAULT 0;

-- How many photos went out with an answer, and the message that brought the link: handled again, it proves nothing else.
ALTER TABLE publications ADD COLUMN photos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE publications ADD COLUMN proved_by INTEGER NOT NULL DEFAULT 0;

-- Photos on their way from the messenger into networks: bot fetches, monitor publishes. They go when nothing of the answer is left to send.
CREATE TABLE uploads (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  answer_id INTEGER NOT NULL REFERENCES answers (id),
  bot       INTEGER NOT NULL,
  address   TEXT    NOT NULL,
  state     TEXT    NOT NULL CHECK (state IN ('wanted', 'ready', 'failed')),
  trouble   TEXT    NOT NULL DEFAULT '',
  name      TEXT    NOT NULL DEFAULT '',
  data      BLOB,
  CHECK ((state = 'ready') = (data IS NOT NULL))
) STRICT;
CREATE INDEX uploads_answer ON uploads (answer_id);
CREATE INDEX uploads_wanted ON uploads (id) WHERE state = 'wanted';
