-- Conversations and tickets are found by their words. Older programs must not write
-- beside it: they would not say what is to be indexed, and take these for tags.
-- What there is already is indexed in the background, block by block, as after 0017.
-- The numbers of tickets are a fourth of those in their table.
INSERT INTO search_todo (org_id, id, type, n, n_to)
	SELECT b.org_id, ROW_NUMBER() OVER (ORDER BY b.org_id, b.type, b.block), b.type, b.block * 65536, b.block * 65536 + 65535 FROM (
		SELECT DISTINCT org_id, 28 AS type, n / 65536 AS block FROM conversation
		UNION SELECT DISTINCT org_id, 29, n / 4 / 65536 FROM work WHERE n % 4 = 1) b;
