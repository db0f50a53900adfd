-- Pairs of contacts that may be one person, a_n below b_n. likely is the
-- probability in millionths, rule and identity_key say what led to the pair,
-- reasons is what speaks for and against it. The numbers are those that the
-- contacts had when the pair was found, whatever they were merged into since.
CREATE TABLE duplicate (
	org_id       BIGINT NOT NULL,
	a_n          BIGINT NOT NULL,
	b_n          BIGINT NOT NULL,
	state        TEXT COLLATE "C" NOT NULL,
	likely       BIGINT NOT NULL,
	rule         TEXT COLLATE "C" NOT NULL,
	identity_key TEXT COLLATE "C" NOT NULL,
	reasons      TEXT NOT NULL,
	filed_at     TIMESTAMPTZ NOT NULL,
	decided_at   TIMESTAMPTZ,
	decided_by   TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, a_n, b_n)
) /* clustered */;
CREATE INDEX duplicate_queue ON duplicate (org_id, state, likely, a_n, b_n);
CREATE INDEX duplicate_second ON duplicate (org_id, b_n, a_n);

-- The latest search for such pairs among all contacts of an org. Who works on it
-- holds the lease.
CREATE TABLE duplicate_scan (
	org_id      BIGINT NOT NULL,
	state       TEXT COLLATE "C" NOT NULL,
	asked_at    TIMESTAMPTZ NOT NULL,
	asked_by    TEXT COLLATE "C" NOT NULL,
	ended_at    TIMESTAMPTZ,
	lease       TEXT COLLATE "C" NOT NULL,
	lease_until TIMESTAMPTZ,
	progress    TEXT NOT NULL,
	PRIMARY KEY (org_id)
) /* clustered */;
