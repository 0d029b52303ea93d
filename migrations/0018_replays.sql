-- Replays: what has ended is sent again, each time in a round of its own. A feeder moves it into the
-- queue a little at a time; its place is stored with what it moved, so a crash repeats nothing.
-- And what the reconciler found when it last compared what is owed with what became of it.

CREATE TABLE replays (
  replay_id uuid PRIMARY KEY,
  subscription_id uuid NOT NULL REFERENCES subscriptions,
  organisation_id text NOT NULL REFERENCES organisations,
  -- As it was asked for: {eventId}, {failedSince} or {filter}.
  what json NOT NULL,
  -- Events after cursor_seq and up to until_seq are still to be looked at.
  cursor_seq bigint NOT NULL CHECK (cursor_seq >= 0),
  until_seq bigint NOT NULL,
  per_second integer NOT NULL CHECK (per_second >= 1),
  state text NOT NULL CHECK (state IN ('running', 'completed', 'cancelled')),
  state_reason text,
  -- Null where there was too much to look at to count it beforehand.
  total integer CHECK (total >= 0),
  queued integer NOT NULL DEFAULT 0 CHECK (queued >= 0),
  skipped_overtaken integer NOT NULL DEFAULT 0,
  skipped_waiting integer NOT NULL DEFAULT 0,
  -- Taken out of the queue again by cancelling.
  removed integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  -- What it may send a second is counted from here; nobody need look at it before next_at.
  fed_at timestamptz NOT NULL,
  next_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX replays_one_running ON replays (subscription_id) WHERE state = 'running';
CREATE INDEX replays_to_feed ON replays (next_at) WHERE state = 'running';
CREATE INDEX replays_by_subscription ON replays (subscription_id, replay_id);
CREATE INDEX replays_by_organisation ON replays (organisation_id) WHERE state = 'running';

-- What has failed is found without reading what has not.
CREATE INDEX delivery_outcomes_not_delivered
  ON delivery_outcomes (subscription_id, outcome, seq) WHERE outcome <> 'delivered';
-- Standings of one subscription are counted without reading the rows.
DROP INDEX delivery_outcomes_by_subscription;
CREATE INDEX delivery_outcomes_by_subscription
  ON delivery_outcomes (subscription_id, seq, round) INCLUDE (outcome);

CREATE TABLE reconciliation (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  looked_at timestamptz NOT NULL DEFAULT '-infinity',
  -- How far the slow pass over all events has come, and how often it has ended.
  checked_seq bigint NOT NULL DEFAULT 0,
  passes bigint NOT NULL DEFAULT 0,
  findings json NOT NULL DEFAULT '{}'
);
INSERT INTO reconciliation DEFAULT VALUES;
