-- compatible: adds only
-- Whether who wrote it only claimed to be somebody: what was said with proof is
-- not shown to a browser that has none, also when both are one contact.
ALTER TABLE comment ADD COLUMN claimed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE conversation ADD COLUMN claimed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE artifact ADD COLUMN claimed BOOLEAN NOT NULL DEFAULT FALSE;
