-- Data keys, each wrapped by the key-encryption key, of which only the fingerprint is here. seals is
-- how many uses of a key the processes have reserved. A key is never deleted: what it has sealed
-- could not be opened any more.

CREATE TABLE data_keys (
  data_key_id text PRIMARY KEY CHECK (data_key_id ~ '^[0-9a-f]{16}$'),
  wrapped bytea NOT NULL CHECK (length(wrapped) = 60),
  kek_id text NOT NULL CHECK (kek_id ~ '^[0-9a-f]{16}$'),
  seals bigint NOT NULL DEFAULT 0 CHECK (seals >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz
);
CREATE UNIQUE INDEX data_keys_one_active ON data_keys ((retired_at IS NULL)) WHERE retired_at IS NULL;

CREATE FUNCTION keep_data_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what a data key has sealed could not be opened without it: % is refused', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER data_keys_kept BEFORE DELETE OR TRUNCATE ON data_keys
  FOR EACH STATEMENT EXECUTE FUNCTION keep_data_keys();
