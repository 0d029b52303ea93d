-- Mail: messages to people that are no subscription's deliveries, links that act once, and what came
-- back undelivered. Addresses are sealed; of a link only the hash of its token is kept.

CREATE TABLE mail_orders (
  mail_id uuid PRIMARY KEY,
  organisation_id text NOT NULL REFERENCES organisations,
  kind text NOT NULL CHECK (kind IN ('escalation', 'endpointFailing', 'endpointSwitchedOff',
    'addressRefused', 'subscriptionEnded', 'contactConfirmation', 'verification')),
  -- To a contact of the register, or to an address that is sealed for this order.
  contact_id uuid,
  sealed_address text CHECK (sealed_address LIKE 'v1.%'),
  data json NOT NULL,
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 4),
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused', 'dead',
    'unneeded')),
  reason text,
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  -- Of a notifier that lives; at this time it loses its claim all the same.
  claimed_by uuid,
  claimed_until timestamptz,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  CHECK ((contact_id IS NULL) <> (sealed_address IS NULL)),
  CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX mail_orders_due ON mail_orders (level DESC, due_at) WHERE state = 'waiting';
CREATE INDEX mail_orders_by_organisation ON mail_orders (organisation_id, created_at);

-- A link in a mail, which acts for whoever holds it. The hash is that of its token.
CREATE TABLE mail_links (
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  purpose text NOT NULL CHECK (purpose IN ('verifyAddress', 'acknowledge', 'unsubscribe')),
  organisation_id text NOT NULL REFERENCES organisations,
  subscription_id uuid REFERENCES subscriptions,
  contact_id uuid,
  report_id uuid,
  revision integer,
  -- verifyAddress: of the sealed address that was written to; another one is not verified by it.
  target_hash bytea,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- acknowledge: seen may become assessed; everything else is used once.
  used_as text CHECK (used_as IN ('verified', 'seen', 'assessed', 'unsubscribed')),
  used_at timestamptz,
  CHECK ((used_as IS NULL) = (used_at IS NULL)),
  CHECK (purpose = 'acknowledge' OR subscription_id IS NOT NULL),
  CHECK ((purpose = 'acknowledge') = (report_id IS NOT NULL AND revision IS NOT NULL))
);
CREATE INDEX mail_links_by_expiry ON mail_links (expires_at);

-- What a mail server sent back or refused. Nothing of the address or of the mail is kept.
CREATE TABLE mail_bounces (
  bounce_id uuid PRIMARY KEY,
  -- The same message, fed in twice, counts once.
  message_digest bytea NOT NULL UNIQUE,
  subscription_id uuid,
  mail_id uuid,
  hard boolean NOT NULL,
  status text NOT NULL,
  at timestamptz NOT NULL,
  CHECK ((subscription_id IS NULL) <> (mail_id IS NULL))
);
CREATE INDEX mail_bounces_by_subscription ON mail_bounces (subscription_id, at);
CREATE TRIGGER mail_bounces_append_only BEFORE UPDATE OR DELETE ON mail_bounces
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER mail_bounces_no_truncate BEFORE TRUNCATE ON mail_bounces
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
