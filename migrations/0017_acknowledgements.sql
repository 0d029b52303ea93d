-- Who has acknowledged which revision (受領確認), by when each organisation that is owed a report has
-- to, and what was done where nobody did (督促). An answer is never changed: a correction is a new entry.

CREATE TABLE acknowledgements (
  acknowledgement_id uuid PRIMARY KEY,
  -- The order of one organisation's answers to one report; clocks of machines differ.
  entry bigint GENERATED ALWAYS AS IDENTITY,
  report_id uuid NOT NULL,
  revision integer NOT NULL,
  organisation_id text NOT NULL REFERENCES organisations,
  kind text NOT NULL CHECK (kind IN ('delivered', 'seen', 'assessed')),
  answer text CHECK (answer IN ('impacted', 'notImpacted', 'unknown')),
  via text NOT NULL CHECK (via IN ('api', 'socket', 'mail')),
  given_by text CHECK (length(given_by) BETWEEN 1 AND 200),
  remark text CHECK (length(remark) BETWEEN 1 AND 1000),
  recorded_at timestamptz NOT NULL,
  request_id text NOT NULL,
  CHECK ((kind = 'assessed') = (answer IS NOT NULL)),
  FOREIGN KEY (report_id, revision) REFERENCES report_revisions
);
CREATE INDEX acknowledgements_by_report ON acknowledgements (report_id, organisation_id, revision);
CREATE TRIGGER acknowledgements_append_only BEFORE UPDATE OR DELETE ON acknowledgements
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acknowledgements_no_truncate BEFORE TRUNCATE ON acknowledgements
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One clock for each report and organisation that is owed it at level 2 or higher. A higher level
-- starts it anew.
CREATE TABLE acknowledgement_clocks (
  report_id uuid NOT NULL REFERENCES reports,
  organisation_id text NOT NULL REFERENCES organisations,
  -- Of the report, as the revision says that started the clock; answers to older ones do not stop it.
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 4),
  revision integer NOT NULL CHECK (revision >= 1),
  message_status text NOT NULL CHECK (message_status IN ('actual', 'exercise')),
  started_at timestamptz NOT NULL,
  deadline_at timestamptz NOT NULL CHECK (deadline_at > started_at),
  -- When the next step is; infinity when there is none left.
  due_at timestamptz NOT NULL,
  step integer NOT NULL DEFAULT 0 CHECK (step >= 0),
  answered_at timestamptz,
  ended_at timestamptz,
  end_reason text CHECK (end_reason IN ('closed', 'notShared')),
  -- Whether the time to the answer is in the metrics.
  measured boolean NOT NULL DEFAULT false,
  CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  PRIMARY KEY (report_id, organisation_id)
);
CREATE INDEX acknowledgement_clocks_due ON acknowledgement_clocks (due_at)
  WHERE answered_at IS NULL AND ended_at IS NULL;
CREATE INDEX acknowledgement_clocks_running ON acknowledgement_clocks (deadline_at)
  WHERE answered_at IS NULL AND ended_at IS NULL;
CREATE INDEX acknowledgement_clocks_to_measure ON acknowledgement_clocks (answered_at)
  WHERE answered_at IS NOT NULL AND NOT measured;

-- What was done when nobody had answered: each step once, whoever looks.
CREATE TABLE escalation_steps (
  report_id uuid NOT NULL,
  organisation_id text NOT NULL,
  level smallint NOT NULL,
  step integer NOT NULL CHECK (step >= 1),
  revision integer NOT NULL,
  at timestamptz NOT NULL,
  -- Who was told; null when nobody was left.
  contact_id uuid,
  mail_id uuid,
  -- Whom the reporter can call.
  call_contact_id uuid,
  exhausted boolean NOT NULL,
  PRIMARY KEY (report_id, organisation_id, level, step)
);
CREATE TRIGGER escalation_steps_append_only BEFORE UPDATE OR DELETE ON escalation_steps
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER escalation_steps_no_truncate BEFORE TRUNCATE ON escalation_steps
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A repeated request is answered with what the first one stored, an acknowledgement as well.
ALTER TABLE idempotency_keys
  ADD COLUMN acknowledgement_id uuid REFERENCES acknowledgements;

ALTER TABLE api_keys DROP CONSTRAINT api_keys_scopes_known,
  ADD CONSTRAINT api_keys_scopes_known CHECK (scopes <@ ARRAY[
    'reports:write', 'reports:read', 'feed:read', 'subscriptions:write', 'restrictions:write',
    'acknowledgements:write', 'contacts:write', 'audit:read', 'admin']);
