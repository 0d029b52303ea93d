-- What two organisations have agreed to share beyond the default. The terms of an agreement never
-- change: new terms are a new agreement, and accepting it ends the one before when it begins.

CREATE TABLE agreements (
  agreement_id uuid PRIMARY KEY,
  proposer text NOT NULL REFERENCES organisations,
  counterpart text NOT NULL REFERENCES organisations CHECK (counterpart <> proposer),
  state text NOT NULL CHECK (state IN ('proposed', 'active', 'declined', 'withdrawn', 'ended')),
  nda_reference text NOT NULL CHECK (length(nda_reference) BETWEEN 1 AND 200),
  remark text CHECK (length(remark) <= 2000),
  valid_from timestamptz NOT NULL,
  valid_until timestamptz NOT NULL CHECK (valid_until >= valid_from),
  -- How long before its end both were told, in days; 0 when they were told that it has ended.
  told_days_before integer,
  proposed_at timestamptz NOT NULL,
  -- Until when the proposal may be accepted, if valid_until does not come before.
  accept_until timestamptz NOT NULL,
  decided_at timestamptz,
  ended_at timestamptz,
  ended_by text REFERENCES organisations,
  end_reason text CHECK (length(end_reason) BETWEEN 1 AND 500),
  -- Whose acceptance has cut valid_until, or withdrawn the proposal; the terms themselves never change.
  replaced_by uuid REFERENCES agreements
);
CREATE INDEX agreements_by_proposer ON agreements (proposer, agreement_id);
CREATE INDEX agreements_by_counterpart ON agreements (counterpart, agreement_id);
CREATE INDEX agreements_to_tell_of ON agreements (valid_until)
  WHERE state = 'active' AND told_days_before IS DISTINCT FROM 0;

CREATE TABLE agreement_shares (
  agreement_id uuid NOT NULL REFERENCES agreements,
  from_organisation text NOT NULL REFERENCES organisations,
  to_organisation text NOT NULL REFERENCES organisations CHECK (to_organisation <> from_organisation),
  tlp_max text NOT NULL CHECK (tlp_max IN ('TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED')),
  min_level smallint NOT NULL CHECK (min_level BETWEEN 0 AND 4),
  kinds text[] CHECK (cardinality(kinds) > 0),
  services text[] CHECK (cardinality(services) > 0),
  prefectures text[] CHECK (cardinality(prefectures) > 0),
  field_sets text[] NOT NULL,
  may_report_for boolean NOT NULL,
  PRIMARY KEY (agreement_id, from_organisation)
);
CREATE TRIGGER agreement_shares_append_only BEFORE UPDATE OR DELETE ON agreement_shares
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER agreement_shares_no_truncate BEFORE TRUNCATE ON agreement_shares
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Rises with every change of what is shared; who keeps the terms in memory compares this number.
CREATE TABLE sharing_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version bigint NOT NULL DEFAULT 1
);
INSERT INTO sharing_version DEFAULT VALUES;

CREATE FUNCTION raise_sharing_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE public.sharing_version SET version = version + 1;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION raise_sharing_version() FROM PUBLIC;
CREATE TRIGGER agreements_raise_sharing_version AFTER INSERT OR UPDATE OF state, valid_until, valid_from
  ON agreements FOR EACH STATEMENT EXECUTE FUNCTION raise_sharing_version();
CREATE TRIGGER agreement_shares_raise_sharing_version AFTER INSERT
  ON agreement_shares FOR EACH STATEMENT EXECUTE FUNCTION raise_sharing_version();
