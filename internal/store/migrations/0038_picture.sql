-- compatible: adds only
-- The picture of a contact, by the number of its file; 0 for none.
ALTER TABLE contact ADD COLUMN picture BIGINT NOT NULL DEFAULT 0;
