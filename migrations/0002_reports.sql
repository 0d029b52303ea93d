-- A report is its numbered revisions; the row in "reports" only says which is the current one.
-- services, prefectures and peak_level gather over the revisions: they decide who hears of it.
-- Two writers of the same revision meet on the primary key of report_revisions: one wins.

CREATE TABLE reports (
  report_id uuid PRIMARY KEY,
  organisation_id text NOT NULL REFERENCES organisations,
  revision integer NOT NULL CHECK (revision >= 1),
  kind text NOT NULL,
  message_status text NOT NULL CHECK (message_status IN ('actual', 'exercise', 'test')),
  state text NOT NULL,
  open boolean NOT NULL,
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 4),
  peak_level smallint NOT NULL CHECK (peak_level BETWEEN level AND 4),
  tlp text NOT NULL,
  services text[] NOT NULL,
  prefectures text[] NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX reports_open ON reports (report_id) WHERE open;
CREATE INDEX reports_by_organisation ON reports (organisation_id, report_id);

CREATE TABLE report_revisions (
  report_id uuid NOT NULL REFERENCES reports,
  revision integer NOT NULL CHECK (revision >= 1),
  content json NOT NULL,
  assessment json NOT NULL,
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (report_id, revision)
);
CREATE TRIGGER report_revisions_append_only BEFORE UPDATE OR DELETE ON report_revisions
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_revisions_no_truncate BEFORE TRUNCATE ON report_revisions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Which revision a request stored. The first answer is made from that revision, so a repeat gets the
-- same one again and nothing is stored twice.
CREATE TABLE idempotency_keys (
  organisation_id text NOT NULL REFERENCES organisations,
  idempotency_key text NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  report_id uuid NOT NULL,
  revision integer NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organisation_id, idempotency_key),
  FOREIGN KEY (report_id, revision) REFERENCES report_revisions
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
