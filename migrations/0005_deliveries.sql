-- delivery_queue holds only what waits: a row is deleted when its delivery ends, in the statement
-- that writes its outcome, so owed = outcomes + waiting at every moment. No foreign keys here:
-- rows are made from rows just read in the same transaction, and this is the hottest path.

CREATE TABLE delivery_queue (
  seq bigint NOT NULL,
  subscription_id uuid NOT NULL,
  report_id uuid NOT NULL,
  revision integer NOT NULL,
  lane text NOT NULL CHECK (lane IN ('level4', 'level3', 'level0to2', 'retry')),
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  claimed_by uuid,
  -- Mode all: goes after the older revisions of its report.
  ordered boolean NOT NULL,
  reason text,
  PRIMARY KEY (seq, subscription_id)
) WITH (fillfactor = 70);
CREATE INDEX delivery_queue_due ON delivery_queue (lane, due_at) WHERE claimed_by IS NULL;
CREATE INDEX delivery_queue_claimed ON delivery_queue (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX delivery_queue_by_report ON delivery_queue (subscription_id, report_id);

CREATE TABLE delivery_outcomes (
  seq bigint NOT NULL,
  subscription_id uuid NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('delivered', 'superseded', 'refused', 'dead')),
  reason text NOT NULL,
  attempts integer NOT NULL,
  ended_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (seq, subscription_id)
);
CREATE INDEX delivery_outcomes_by_subscription ON delivery_outcomes (subscription_id, seq);
CREATE TRIGGER delivery_outcomes_append_only BEFORE UPDATE OR DELETE ON delivery_outcomes
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER delivery_outcomes_no_truncate BEFORE TRUNCATE ON delivery_outcomes
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE delivery_attempts (
  seq bigint NOT NULL,
  subscription_id uuid NOT NULL,
  attempt integer NOT NULL,
  started_at timestamptz NOT NULL,
  duration_ms integer NOT NULL,
  result text NOT NULL CHECK (result IN ('delivered', 'retry', 'refused')),
  status integer,
  reason text NOT NULL
);
CREATE INDEX delivery_attempts_by_subscription ON delivery_attempts (subscription_id, seq);
CREATE TRIGGER delivery_attempts_append_only BEFORE UPDATE OR DELETE ON delivery_attempts
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER delivery_attempts_no_truncate BEFORE TRUNCATE ON delivery_attempts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A notifier says that it lives; what a dead one had claimed is given back.
CREATE TABLE notifiers (
  notifier_id uuid PRIMARY KEY,
  alive_until timestamptz NOT NULL
);
