-- +goose Up

-- The message that brought the refused link: handled again, it is still the first.
ALTER TABLE publications ADD COLUMN refused_by BIGINT NOT NULL DEFAULT 0;
