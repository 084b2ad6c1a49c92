-- +goose Up

-- A group or channel as a source: its public name in lower case, the messenger's id of who brought the bot there, what the bot is
-- there, whether it is told all that is said, and the messenger's id of the channel or discussion group that belongs to it.
ALTER TABLE chats ADD COLUMN username TEXT NOT NULL DEFAULT '';
ALTER TABLE chats ADD COLUMN added_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chats ADD COLUMN standing TEXT NOT NULL DEFAULT '' CHECK (standing IN ('', 'member', 'admin', 'muted'));
ALTER TABLE chats ADD COLUMN hears INTEGER NOT NULL DEFAULT 0 CHECK (hears IN (0, 1));
ALTER TABLE chats ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;
CREATE INDEX chats_username ON chats (username) WHERE username <> '';

-- The chat that a source is; NULL for a network of its own, and until the bot has met the chat.
ALTER TABLE sources ADD COLUMN chat_id INTEGER REFERENCES chats (id);
CREATE INDEX sources_chat ON sources (chat_id) WHERE chat_id IS NOT NULL;

-- What was said in watched chats, on its way from bot to monitor: a row is gone when every source of its chat has read it.
CREATE TABLE heard (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  chat_id  INTEGER NOT NULL REFERENCES chats (id),
  payload  TEXT    NOT NULL,
  heard_at INTEGER NOT NULL
) STRICT;
CREATE INDEX heard_chat ON heard (chat_id, id);
CREATE INDEX heard_old ON heard (heard_at);

-- Under which message of its discussion group a channel's post is commented, by the messenger's ids.
CREATE TABLE discussions (
  chat_id     INTEGER NOT NULL REFERENCES chats (id),
  telegram_id INTEGER NOT NULL,
  channel     INTEGER NOT NULL,
  username    TEXT    NOT NULL,
  post        INTEGER NOT NULL,
  noted_at    INTEGER NOT NULL,
  PRIMARY KEY (chat_id, telegram_id)
) STRICT;
CREATE INDEX discussions_post ON discussions (channel, post);
CREATE INDEX discussions_old ON discussions (noted_at);

-- The message of ours that carries an answer into a watched chat; NULL where monitor publishes by itself.
ALTER TABLE publications ADD COLUMN message_id INTEGER REFERENCES messages (id);
CREATE INDEX publications_message ON publications (message_id) WHERE message_id IS NOT NULL;
