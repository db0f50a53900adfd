-- compatible: adds only
-- The products that a conversation is about.
ALTER TABLE conversation ADD COLUMN parts TEXT NOT NULL DEFAULT '';
