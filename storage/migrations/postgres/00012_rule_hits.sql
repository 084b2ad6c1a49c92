-- +goose Up

-- The rules that found a post, as a JSON list of their ids: those of its incident's topic; '' when nobody noted them.
ALTER TABLE incident_posts ADD COLUMN rules TEXT NOT NULL DEFAULT '';

-- What finds a place beside its name, in the rule language: its inhabitants, a short name.
ALTER TABLE places ADD COLUMN rule TEXT NOT NULL DEFAULT '';
