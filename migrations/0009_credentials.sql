-- API keys that rotate, may ask for a certificate or a signature, and show their last use; the public
-- keys by which organisations sign requests (RFC 9421); and the nonces that were used.

ALTER TABLE api_keys
  ADD COLUMN replaced_by text REFERENCES api_keys,
  ADD COLUMN signature_required boolean NOT NULL DEFAULT false,
  ADD COLUMN certificate_sha256 text CHECK (certificate_sha256 ~ '^[A-Za-z0-9_-]{43}$'),
  ADD COLUMN last_used_at timestamptz,
  ADD COLUMN last_used_address text,
  ADD CONSTRAINT api_keys_scopes_known CHECK (scopes <@ ARRAY[
    'reports:write', 'reports:read', 'feed:read', 'subscriptions:write', 'restrictions:write',
    'contacts:write', 'audit:read', 'admin']);

-- The identifier is the thumbprint of the key (RFC 7638), so a key that has ended cannot come back.
CREATE TABLE signing_keys (
  signing_key_id text PRIMARY KEY CHECK (signing_key_id ~ '^[A-Za-z0-9_-]{43}$'),
  organisation_id text NOT NULL REFERENCES organisations,
  label text NOT NULL CHECK (length(label) BETWEEN 1 AND 200),
  public_key bytea NOT NULL CHECK (length(public_key) = 32),
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX signing_keys_by_organisation ON signing_keys (organisation_id, signing_key_id);

-- A nonce is kept for as long as the signature that carries it would be believed.
CREATE TABLE signature_nonces (
  signing_key_id text NOT NULL,
  nonce text NOT NULL CHECK (length(nonce) BETWEEN 8 AND 128),
  valid_until timestamptz NOT NULL,
  PRIMARY KEY (signing_key_id, nonce)
);
CREATE INDEX signature_nonces_by_end ON signature_nonces (valid_until);
