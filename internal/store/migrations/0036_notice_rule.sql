-- compatible: adds only
-- The name of the rule that made the member an owner, as it was then.
ALTER TABLE notification ADD COLUMN rule TEXT NOT NULL DEFAULT '';
