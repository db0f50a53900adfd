-- Whoever counts asks whether any import is not at rest: while one is, an index may
-- have entries of records that do not exist.
CREATE INDEX import_state ON import (org_id, state);
