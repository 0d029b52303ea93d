-- Delivery by level: retries and replays are claimed in the order of their level; an endpoint that
-- fails is left alone, and what waits for it is held (due at infinity) until it answers again.
-- A delivery that has ended may be tried again by a replay: each such try is a round of its own.

ALTER TABLE delivery_queue
  DROP CONSTRAINT delivery_queue_lane_check,
  ADD CONSTRAINT delivery_queue_lane_check
    CHECK (lane IN ('level4', 'level3', 'level0to2', 'retry', 'replay', 'digest')),
  -- The highest level of its report when it was queued.
  ADD COLUMN level smallint NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 4),
  ADD COLUMN round smallint NOT NULL DEFAULT 0 CHECK (round >= 0),
  ADD COLUMN replay_id uuid;
UPDATE delivery_queue q SET level = e.peak_level FROM events e WHERE e.seq = q.seq;
-- A claim goes from subscription to subscription: a long backlog of one costs it one step.
CREATE INDEX delivery_queue_walk ON delivery_queue (lane, level, subscription_id, due_at, seq)
  WHERE claimed_by IS NULL;
DROP INDEX delivery_queue_by_report;
CREATE INDEX delivery_queue_by_report ON delivery_queue (subscription_id, report_id, revision);
-- It lives by insert and delete: dead rows are swept away soon, whatever it has grown to.
ALTER TABLE delivery_queue SET (autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05,
  autovacuum_vacuum_cost_delay = 0);
CREATE INDEX delivery_queue_held ON delivery_queue (subscription_id, level DESC, seq)
  WHERE due_at = 'infinity' AND claimed_by IS NULL;
CREATE INDEX delivery_queue_by_replay ON delivery_queue (replay_id) WHERE replay_id IS NOT NULL;

ALTER TABLE delivery_outcomes
  ADD COLUMN round smallint NOT NULL DEFAULT 0 CHECK (round >= 0),
  ADD COLUMN replay_id uuid,
  DROP CONSTRAINT delivery_outcomes_pkey,
  ADD PRIMARY KEY (seq, subscription_id, round);
-- Progress of a replay is counted from the outcomes.
CREATE INDEX delivery_outcomes_by_replay ON delivery_outcomes (replay_id, outcome)
  WHERE replay_id IS NOT NULL;
ALTER TABLE delivery_attempts
  ADD COLUMN round smallint NOT NULL DEFAULT 0 CHECK (round >= 0);

-- No row: an endpoint that has never failed. closed: all is sent. open: nothing is sent before
-- probe_at. halfOpen: one delivery is on its way to find out.
CREATE TABLE endpoint_health (
  subscription_id uuid PRIMARY KEY REFERENCES subscriptions,
  state text NOT NULL CHECK (state IN ('closed', 'open', 'halfOpen')),
  consecutive_failures integer NOT NULL CHECK (consecutive_failures >= 0),
  -- Since when nothing but failures; null after a success.
  failing_since timestamptz,
  -- How often it was opened or probed in vain since the last success: the step of the schedule.
  probes integer NOT NULL DEFAULT 0 CHECK (probes >= 0),
  probe_at timestamptz,
  -- Until then the receiver itself asked not to be sent anything (Retry-After).
  asked_until timestamptz,
  -- Since when deliveries of levels 0 to 2 are no longer tried.
  switched_off_at timestamptz,
  -- The last notice that its owner got of this failure: failing, warned or switchedOff.
  told text,
  last_status integer,
  last_reason text,
  updated_at timestamptz NOT NULL
);
CREATE INDEX endpoint_health_to_probe ON endpoint_health (probe_at) WHERE state <> 'closed';

ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_channel_check,
  ADD CONSTRAINT subscriptions_channel_check CHECK (channel IN ('webhook', 'email'));
