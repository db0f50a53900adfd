-- compatible: adds only

-- Records that an import met again and found as its rows say. The undo of an
-- earlier import leaves them.
CREATE TABLE import_match (
	org_id   BIGINT NOT NULL,
	type     SMALLINT NOT NULL,
	n        BIGINT NOT NULL,
	import_n BIGINT NOT NULL,
	PRIMARY KEY (org_id, type, n, import_n)
) /* clustered */;
