-- Custom attributes: which fields an org has, and their values on its records.
-- Older programs would lose values of records that they change, so they cannot
-- work with this.

-- One version of a set of fields. kind is tenant_fragment, custom_type_fragment or
-- app_fragment, name the subtype or app; body has the fields. next_n is the version
-- that took its place, 0 for the one in force.
CREATE TABLE schema_fragment (
	org_id     BIGINT NOT NULL,
	n          BIGINT NOT NULL,
	leaf       TEXT COLLATE "C" NOT NULL,
	kind       TEXT COLLATE "C" NOT NULL,
	name       TEXT COLLATE "C" NOT NULL,
	version    BIGINT NOT NULL,
	prev_n     BIGINT NOT NULL,
	next_n     BIGINT NOT NULL,
	body       TEXT NOT NULL,
	created_at TIMESTAMPTZ NOT NULL,
	created_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE UNIQUE INDEX schema_fragment_force ON schema_fragment (org_id, leaf, kind, name) WHERE next_n = 0;

-- JSON objects of values by name, '' for none.
ALTER TABLE contact ADD COLUMN custom TEXT NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN subtype TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN custom TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN subtype TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE workspace ADD COLUMN custom TEXT NOT NULL DEFAULT '';
ALTER TABLE workspace ADD COLUMN subtype TEXT COLLATE "C" NOT NULL DEFAULT '';
