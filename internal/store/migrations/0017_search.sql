-- The search index. Records are indexed in blocks of 65536 consecutive numbers. Older
-- programs must not write beside it: they would not say what is to be indexed.
-- built_at is when a block was last made anew from its records, joined how many
-- that changed or went were joined to it since.
CREATE TABLE search_block (
	org_id   BIGINT NOT NULL,
	type     SMALLINT NOT NULL,
	block    BIGINT NOT NULL,
	built_at TIMESTAMPTZ NOT NULL,
	joined   BIGINT NOT NULL,
	PRIMARY KEY (org_id, type, block)
) /* clustered */;

-- Which records of a block have a gram: a roaring bitmap of the low 16 bits of
-- their numbers. It may name records that have the gram no more.
CREATE TABLE search_posting (
	org_id BIGINT NOT NULL,
	type   SMALLINT NOT NULL,
	block  BIGINT NOT NULL,
	gram   BIGINT NOT NULL,
	docs   BYTEA NOT NULL,
	PRIMARY KEY (org_id, type, block, gram)
) /* clustered */;

-- The words of a block's records, one on a line; new ones come as further parts.
CREATE TABLE search_word (
	org_id BIGINT NOT NULL,
	type   SMALLINT NOT NULL,
	block  BIGINT NOT NULL,
	part   BIGINT NOT NULL,
	words  BYTEA NOT NULL,
	PRIMARY KEY (org_id, type, block, part)
) /* clustered */;

-- Records that changed and are not indexed yet, n to n_to of one block. Whoever
-- changes them leaves a row in the same transaction; two processes may do so in one
-- moment, with the same id.
CREATE TABLE search_todo (
	org_id BIGINT NOT NULL,
	id     BIGINT NOT NULL,
	type   SMALLINT NOT NULL,
	n      BIGINT NOT NULL,
	n_to   BIGINT NOT NULL,
	PRIMARY KEY (org_id, id, type, n)
) /* clustered */;

-- Who indexes the records of an org.
CREATE TABLE search_lease (
	org_id      BIGINT NOT NULL,
	lease       TEXT COLLATE "C" NOT NULL,
	lease_until TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id)
) /* clustered */;

-- What there is already is to be indexed, block by block.
INSERT INTO search_todo (org_id, id, type, n, n_to)
	SELECT b.org_id, ROW_NUMBER() OVER (ORDER BY b.org_id, b.type, b.block), b.type, b.block * 65536, b.block * 65536 + 65535 FROM (
		SELECT DISTINCT org_id, 1 AS type, n / 65536 AS block FROM contact
		UNION SELECT DISTINCT org_id, 2, n / 65536 FROM account
		UNION SELECT DISTINCT org_id, 3, n / 65536 FROM workspace
		UNION SELECT DISTINCT org_id, 4, n / 65536 FROM tag) b;
