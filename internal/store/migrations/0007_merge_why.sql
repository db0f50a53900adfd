-- Why records were merged: the rule that did it, empty for a member, and the
-- identity keys that it went by, one a line.
ALTER TABLE merge ADD COLUMN rule TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE merge ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
