-- What decides who may see a report gathers over its revisions: its kinds, the levels it has had,
-- each with the widest label it was told under ("3@1"), and whose information a leak concerns;
-- markings are those of the current one; services and prefectures carry the widest label they have been told under ("13@1"). And events
-- that concern no report: notices to named organisations.

ALTER TABLE reports ADD COLUMN kinds text[], ADD COLUMN told_at text[],
  ADD COLUMN owners text[] NOT NULL DEFAULT '{}', ADD COLUMN markings json;
ALTER TABLE events DISABLE TRIGGER events_append_only;
ALTER TABLE events ADD COLUMN kinds text[], ADD COLUMN told_at text[],
  ADD COLUMN owners text[] NOT NULL DEFAULT '{}',
  ADD COLUMN subject text, ADD COLUMN recipients text[], ADD COLUMN content json,
  ALTER COLUMN report_id DROP NOT NULL, ALTER COLUMN revision DROP NOT NULL;

CREATE FUNCTION pg_temp.rank_all(codes text[], tlp text) RETURNS text[] LANGUAGE sql AS $$
  SELECT coalesce(array_agg(code || '@' || (array_position(
    ARRAY['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'], tlp) - 1)), '{}')
  FROM unnest(codes) AS code $$;
UPDATE reports SET kinds = ARRAY[kind], told_at = pg_temp.rank_all(ARRAY[peak_level::text], tlp),
  services = pg_temp.rank_all(services, tlp), prefectures = pg_temp.rank_all(prefectures, tlp);
UPDATE reports h SET markings = r.content -> 'markings' FROM report_revisions r
  WHERE r.report_id = h.report_id AND r.revision = h.revision;
UPDATE events SET kinds = ARRAY[kind], told_at = pg_temp.rank_all(ARRAY[peak_level::text], tlp), subject = report_id::text,
  services = pg_temp.rank_all(services, tlp), prefectures = pg_temp.rank_all(prefectures, tlp);

ALTER TABLE reports ALTER COLUMN kinds SET NOT NULL, ALTER COLUMN told_at SET NOT NULL;
ALTER TABLE events ALTER COLUMN kinds SET NOT NULL, ALTER COLUMN told_at SET NOT NULL,
  ALTER COLUMN subject SET NOT NULL,
  ADD CONSTRAINT events_report_or_notice CHECK ((report_id IS NULL) = (recipients IS NOT NULL)
    AND (report_id IS NULL) = (content IS NOT NULL) AND (report_id IS NULL) = (revision IS NULL));
ALTER TABLE events ENABLE TRIGGER events_append_only;
ALTER TABLE delivery_queue ALTER COLUMN report_id DROP NOT NULL, ALTER COLUMN revision DROP NOT NULL;
