-- What an endpoint is signed with and shown: two secrets while one takes the place of the other, a
-- client certificate, and signatures by a key of this Renkei. A new address waits until it has
-- answered its challenge, and the present one stays in use.

ALTER TABLE subscriptions
  -- Counts the changes: the ETag.
  ADD COLUMN revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  ADD COLUMN signing text NOT NULL DEFAULT 'standardWebhooks'
    CHECK (signing IN ('standardWebhooks', 'standardWebhooksAndHttpSignature')),
  -- Sealed like the secret, at the same place: what was one becomes the other as it is.
  ADD COLUMN previous_secret text,
  ADD COLUMN previous_secret_until timestamptz,
  ADD COLUMN pending_target json,
  ADD COLUMN pending_reason text,
  ADD COLUMN client_certificate text,
  -- Sealed.
  ADD COLUMN client_key text CHECK (client_key LIKE 'v1.%'),
  -- Of the request that made it: a repeat is answered with what the first one stored.
  ADD COLUMN idempotency_key text CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  ADD COLUMN request_fingerprint bytea,
  ADD CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL)),
  ADD CHECK (pending_reason IS NULL OR pending_target IS NOT NULL),
  ADD CHECK ((client_certificate IS NULL) = (client_key IS NULL)),
  ADD CHECK ((idempotency_key IS NULL) = (request_fingerprint IS NULL));
CREATE UNIQUE INDEX subscriptions_by_idempotency_key
  ON subscriptions (organisation_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- The Ed25519 keys that this Renkei signs its requests with (RFC 9421). Generations are counted, so
-- that of several processes that would make one at once, one does. The newest one whose time has
-- come signs; it is published before that, and its predecessor for a while after.
CREATE TABLE platform_signing_keys (
  generation integer PRIMARY KEY CHECK (generation >= 1),
  -- The thumbprint (RFC 7638).
  key_id text NOT NULL UNIQUE,
  public_key bytea NOT NULL CHECK (length(public_key) = 32),
  -- PKCS 8, sealed.
  private_key text NOT NULL CHECK (private_key LIKE 'v1.%'),
  created_at timestamptz NOT NULL,
  signs_from timestamptz NOT NULL,
  -- Null as long as no other one takes its place.
  published_until timestamptz
);
