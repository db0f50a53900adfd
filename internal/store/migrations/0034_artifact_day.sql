-- compatible: adds only
-- How many bytes contacts have sent in files on a day, counted from 1970-01-01 in
-- UTC: each of them, and with an empty name all together.
CREATE TABLE artifact_day (
	org_id  BIGINT NOT NULL,
	day     BIGINT NOT NULL,
	sent_by TEXT COLLATE "C" NOT NULL,
	bytes   BIGINT NOT NULL,
	PRIMARY KEY (org_id, day, sent_by)
) /* clustered */;
