-- An organisation's standing wish to hear of events. view_since is the feed number after which
-- the present filter applies: the first event of this view names it as its predecessor.

CREATE TABLE subscriptions (
  subscription_id uuid PRIMARY KEY,
  organisation_id text NOT NULL REFERENCES organisations,
  channel text NOT NULL CHECK (channel IN ('webhook')),
  target json NOT NULL,
  filter json NOT NULL,
  mode text NOT NULL CHECK (mode IN ('latest', 'all')),
  description text,
  state text NOT NULL CHECK (state IN ('pendingVerification', 'active', 'paused', 'ended')),
  state_reason text,
  secret text NOT NULL,
  view_since bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX subscriptions_active ON subscriptions (subscription_id) WHERE state = 'active';
CREATE INDEX subscriptions_by_organisation ON subscriptions (organisation_id, subscription_id);
