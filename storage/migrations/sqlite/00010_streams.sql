-- +goose Up

-- How far the connections were read by which networks tell of news at once.
CREATE TABLE streams (
  network TEXT NOT NULL,
  name    TEXT NOT NULL,
  cursor  TEXT NOT NULL,
  read_at INTEGER NOT NULL,
  PRIMARY KEY (network, name)
) STRICT;
