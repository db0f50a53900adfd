-- Why records were merged: the rule that did it, empty for a member, and the
-- identity keys that it went by, one a line.
-- Older programs would drop the settings of an org that came with this.
ALTER TABLE merge ADD COLUMN rule TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE merge ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
