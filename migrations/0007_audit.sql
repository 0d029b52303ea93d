-- The audit trail: who did, saw or was refused what. Entries stand in two chains, so that reads do
-- not wait for writes: within a chain they are numbered without a hole, and each carries the hash
-- of the one before it. docs/decisions/0007-audit-chain.md says how a hash is made.

CREATE TABLE audit_heads (
  chain text PRIMARY KEY CHECK (chain IN ('write', 'read')),
  seq bigint NOT NULL DEFAULT 0,
  prev_hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
  hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
);
INSERT INTO audit_heads (chain) VALUES ('write'), ('read');

ALTER TABLE audit_entries RENAME TO audit_entries_old;
ALTER INDEX audit_entries_by_object RENAME TO audit_entries_old_by_object;

-- organisation_id and key_id are empty where nobody proved who he is; then detail has what was
-- claimed. object_owner is the organisation whose objects these are.
CREATE TABLE audit_entries (
  chain text NOT NULL CHECK (chain IN ('write', 'read')),
  seq bigint NOT NULL CHECK (seq >= 1),
  at timestamptz NOT NULL CHECK (at >= '2000-01-01Z' AND at < '10000-01-01Z'),
  organisation_id text,
  key_id text,
  request_id text NOT NULL,
  address text,
  action text NOT NULL CHECK (action <> ''),
  object_type text NOT NULL,
  object_ids text[] NOT NULL DEFAULT '{}',
  object_owner text,
  detail json,
  prev_hash bytea NOT NULL CHECK (length(prev_hash) = 32),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  CONSTRAINT audit_entries_by_chain PRIMARY KEY (chain, seq, at)
) PARTITION BY RANGE (at);
CREATE INDEX audit_entries_by_owner ON audit_entries (object_owner, at, chain, seq);
CREATE INDEX audit_entries_by_organisation ON audit_entries (organisation_id, at, chain, seq);
-- Nearly every entry names one object: the small index finds those, and the large one stays short.
CREATE INDEX audit_entries_by_object ON audit_entries ((object_ids[1]));
CREATE INDEX audit_entries_by_objects ON audit_entries USING gin (object_ids)
  WITH (gin_pending_list_limit = 256) WHERE cardinality(object_ids) > 1;

-- Whatever is inserted, by whomever, becomes the next of its chain. The lock of the chain is held
-- from here to the commit, so an entry is the last thing that a transaction writes. Each field
-- goes into the hash as its length in bytes, a colon, itself and a comma; an empty one as ":,".
-- The first row of a statement takes the head, each next one the row before it, from a setting. Who
-- inserts could change that setting between two rows: end_audit_statement() believes none of it.
-- On any other table than this one both refuse, and what retention says only the owner may say.
CREATE FUNCTION chain_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  setting text := 'renkei.audit_' || NEW.chain;
  before text := current_setting(setting, true);
  at text := to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  ids text := array_to_json(NEW.object_ids);
  detail text := NEW.detail;
  caller name := CASE current_setting('role') WHEN 'none' THEN session_user
    ELSE current_setting('role') END;
BEGIN
  IF pg_partition_root(TG_RELID) IS DISTINCT FROM 'public.audit_entries'::regclass THEN
    RAISE EXCEPTION 'only audit_entries is chained, not %', TG_RELID::regclass
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.action = 'audit.retained' AND NOT pg_has_role(caller, current_user, 'USAGE') THEN
    RAISE EXCEPTION 'permission denied: only the owner of the audit trail says what retention removed'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF before <> '' THEN
    NEW.seq := split_part(before, ' ', 1)::bigint + 1;
    NEW.prev_hash := decode(split_part(before, ' ', 2), 'hex');
  ELSE
    SELECT head.seq + 1, head.hash INTO NEW.seq, NEW.prev_hash
    FROM public.audit_heads AS head
    WHERE head.chain = NEW.chain FOR NO KEY UPDATE;
  END IF;
  NEW.hash := sha256(NEW.prev_hash || convert_to(concat(
    octet_length(NEW.chain), ':', NEW.chain, ',',
    octet_length(NEW.seq::text), ':', NEW.seq, ',',
    octet_length(at), ':', at, ',',
    octet_length(NEW.organisation_id), ':', NEW.organisation_id, ',',
    octet_length(NEW.key_id), ':', NEW.key_id, ',',
    octet_length(NEW.request_id), ':', NEW.request_id, ',',
    octet_length(NEW.address), ':', NEW.address, ',',
    octet_length(NEW.action), ':', NEW.action, ',',
    octet_length(NEW.object_type), ':', NEW.object_type, ',',
    octet_length(ids), ':', ids, ',',
    octet_length(NEW.object_owner), ':', NEW.object_owner, ',',
    octet_length(detail), ':', detail, ','), 'UTF8'));
  PERFORM set_config(setting, NEW.seq || ' ' || encode(NEW.hash, 'hex'), true);
  RETURN NEW;
END $$;

-- Writes the heads, once for a statement, and only where its rows go on from the head without a hole
-- and each from the one before it: a statement for which that is not so is refused.
CREATE FUNCTION end_audit_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  head public.audit_heads;
  entry record;
BEGIN
  IF pg_partition_root(TG_RELID) IS DISTINCT FROM 'public.audit_entries'::regclass THEN
    RAISE EXCEPTION 'only audit_entries is chained, not %', TG_RELID::regclass
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  FOR head IN SELECT * FROM public.audit_heads WHERE chain IN (SELECT chain FROM added)
    FOR NO KEY UPDATE OF audit_heads
  LOOP
    FOR entry IN SELECT seq, prev_hash, hash FROM added WHERE chain = head.chain ORDER BY seq LOOP
      IF entry.seq <> head.seq + 1 OR entry.prev_hash <> head.hash THEN
        RAISE EXCEPTION 'these entries do not go on from the end of the chain %', head.chain
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      head.seq := entry.seq;
      head.prev_hash := entry.prev_hash;
      head.hash := entry.hash;
    END LOOP;
    UPDATE public.audit_heads SET seq = head.seq, prev_hash = head.prev_hash, hash = head.hash
    WHERE chain = head.chain;
    PERFORM set_config('renkei.audit_' || head.chain, '', true);
  END LOOP;
  RETURN NULL;
END $$;
-- On a table of his own, anybody could have them move the heads.
REVOKE ALL ON FUNCTION chain_audit_entry(), end_audit_statement() FROM PUBLIC;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Takes what no month takes, so that an entry is never refused.
CREATE TABLE audit_entries_rest PARTITION OF audit_entries DEFAULT;
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries_rest
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Makes the partition of a month (in UTC) unless it is there; true when it made one. It is built
-- beside the table and then attached, which lets others go on writing.
CREATE FUNCTION make_audit_partition(month date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  first date := date_trunc('month', month)::date;
  name text := 'audit_entries_' || to_char(first, 'YYYY_MM');
BEGIN
  IF to_regclass('public.' || name) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE audit_entries INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
  EXECUTE format('CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON %I
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'renkei_service') THEN
    EXECUTE format('REVOKE ALL ON %I FROM renkei_service', name);
  END IF;
  EXECUTE format('ALTER TABLE audit_entries ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
    first || 'T00:00:00Z', (first + interval '1 month')::date || 'T00:00:00Z');
  RETURN true;
EXCEPTION WHEN check_violation THEN
  RAISE WARNING 'audit_entries_rest has entries of %: they stay there', to_char(first, 'YYYY-MM');
  RETURN false;
END $$;

-- Makes the partitions of this month and the next ones; gives how many it made. Services call it,
-- although they may make no tables.
CREATE FUNCTION make_audit_partitions(ahead integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('renkei.audit_partitions'));
  FOR month IN 0..least(greatest(ahead, 0), 24) LOOP
    IF public.make_audit_partition(((now() AT TIME ZONE 'UTC') + make_interval(months => month))::date) THEN
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;
REVOKE ALL ON FUNCTION make_audit_partition(date), make_audit_partitions(integer) FROM PUBLIC;

SELECT make_audit_partition(month::date) FROM generate_series(
  date_trunc('month', (SELECT min(at) FROM audit_entries_old) AT TIME ZONE 'UTC'),
  now() AT TIME ZONE 'UTC', interval '1 month') AS month;
SELECT make_audit_partitions(3);

-- What was recorded before is chained in one go: the trigger would go through all versions of the
-- head that one transaction makes, for every row anew.
CREATE FUNCTION pg_temp.fields(VARIADIC texts text[]) RETURNS bytea LANGUAGE sql AS $$
  SELECT convert_to(string_agg(concat(octet_length(field), ':', field, ','), '' ORDER BY place), 'UTF8')
  FROM unnest(texts) WITH ORDINALITY AS field (field, place) $$;
DO $$
DECLARE
  old record;
  count bigint := 0;
  before bytea := decode(repeat('00', 32), 'hex');
  own bytea := before;
BEGIN
  FOR old IN SELECT * FROM audit_entries_old ORDER BY audit_id LOOP
    count := count + 1;
    before := own;
    own := sha256(before || pg_temp.fields('write', count::text,
      to_char(old.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), old.organisation_id,
      old.key_id, old.request_id, NULL, old.action, old.object_type,
      array_to_json(ARRAY[old.object_id])::text, old.organisation_id, old.detail::text));
    INSERT INTO audit_entries (chain, seq, at, organisation_id, key_id, request_id, action,
      object_type, object_ids, object_owner, detail, prev_hash, hash)
    VALUES ('write', count, old.at, old.organisation_id, old.key_id, old.request_id, old.action,
      old.object_type, ARRAY[old.object_id], old.organisation_id, old.detail, before, own);
  END LOOP;
  UPDATE audit_heads SET seq = count, prev_hash = before, hash = own WHERE chain = 'write';
END $$;
DROP TABLE audit_entries_old;

CREATE TRIGGER audit_entries_chained BEFORE INSERT ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION chain_audit_entry();
CREATE TRIGGER audit_entries_ended AFTER INSERT ON audit_entries
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION end_audit_statement();
