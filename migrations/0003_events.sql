-- The feed: every event in one gapless order, which is the order of commit.
-- "feed" has one row; its lock is taken by the statement that stores an event and held until
-- commit, so a number is never visible before a smaller one.

CREATE TABLE feed (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch uuid NOT NULL DEFAULT gen_random_uuid(),
  head bigint NOT NULL DEFAULT 0 CHECK (head >= 0)
);
INSERT INTO feed DEFAULT VALUES;

CREATE TABLE events (
  seq bigint PRIMARY KEY CHECK (seq >= 1),
  event_id uuid NOT NULL UNIQUE,
  type text NOT NULL,
  organisation_id text NOT NULL,
  report_id uuid NOT NULL,
  revision integer NOT NULL,
  kind text NOT NULL,
  message_status text NOT NULL,
  level smallint NOT NULL,
  peak_level smallint NOT NULL,
  tlp text NOT NULL,
  services text[] NOT NULL,
  prefectures text[] NOT NULL,
  traceparent text,
  recorded_at timestamptz NOT NULL,
  UNIQUE (report_id, revision),
  FOREIGN KEY (report_id, revision) REFERENCES report_revisions
);
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One row an event: how far its expansion into deliveries has come, and how many are owed.
CREATE TABLE fan_outs (
  seq bigint PRIMARY KEY REFERENCES events,
  lane text NOT NULL CHECK (lane IN ('level4', 'level3', 'level0to2')),
  after_subscription uuid,
  owed integer NOT NULL DEFAULT 0 CHECK (owed >= 0),
  completed_at timestamptz
);
CREATE INDEX fan_outs_open ON fan_outs (lane, seq) WHERE completed_at IS NULL;
