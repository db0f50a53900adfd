-- Conversations are merged as contacts are: those that are one stand in alias.
-- Older programs would write past the parts of a merged conversation, so they cannot
-- work with this.

-- What heard was, by part: of each conversation n, and of each part_n that was merged
-- into it as of itself, the last message that a customer wrote there. So what a member
-- has not read in any part is found under the one conversation that lists show.
CREATE TABLE heard_part (
	org_id BIGINT NOT NULL,
	n      BIGINT NOT NULL,
	part_n BIGINT NOT NULL,
	id     BIGINT NOT NULL,
	PRIMARY KEY (org_id, n, part_n)
) /* clustered */;
CREATE INDEX heard_part_of ON heard_part (org_id, part_n);
INSERT INTO heard_part (org_id, n, part_n, id) SELECT org_id, n, n, id FROM heard;
DROP TABLE heard;
