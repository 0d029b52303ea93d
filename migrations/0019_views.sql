-- Views that have ended: what was accepted while one held is owed by it, however late the fan-out comes
-- by, and whatever the subscription asks for by then.

CREATE TABLE subscription_views (
  subscription_id uuid NOT NULL REFERENCES subscriptions,
  -- Events after the first and up to the second feed number belong to it.
  since bigint NOT NULL,
  until bigint NOT NULL CHECK (until >= since),
  filter json NOT NULL
);
CREATE INDEX subscription_views_by_end ON subscription_views (subscription_id, until DESC);
DROP INDEX subscriptions_active;
CREATE INDEX subscriptions_owed ON subscriptions (subscription_id) WHERE state IN ('active', 'paused');
