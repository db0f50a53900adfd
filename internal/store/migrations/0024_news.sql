-- compatible: adds only
-- What the outbox held, numbered in the order in which it became visible: whoever
-- has read up to a number misses nothing behind it. The outbox is what waits for
-- its number.
CREATE TABLE news (
	org_id BIGINT NOT NULL,
	seq    BIGINT NOT NULL,
	type   SMALLINT NOT NULL,
	op     TEXT COLLATE "C" NOT NULL,
	n      BIGINT NOT NULL,
	n_to   BIGINT NOT NULL,
	at     TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, seq)
) /* clustered */;

-- The last number given in an org.
CREATE TABLE news_seq (
	org_id BIGINT NOT NULL PRIMARY KEY,
	seq    BIGINT NOT NULL
);
