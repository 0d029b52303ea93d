-- What the services may do. They work as the role "renkei_service", which may write to what changes,
-- add to what is append-only, and make or change no table. A table's rights follow from its
-- triggers: grant_service_rights() runs after every migration.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'renkei_service') THEN
    BEGIN
      CREATE ROLE renkei_service NOLOGIN;
    EXCEPTION
      -- Roles belong to the whole server: another database was faster.
      WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    AND NOT pg_has_role(current_user, 'renkei_service', 'USAGE') THEN
    EXECUTE format('GRANT renkei_service TO %I', current_user);
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE EXCEPTION 'the services need the role renkei_service, which % may not make or take', current_user
    USING ERRCODE = 'insufficient_privilege', HINT = format(
      'an administrator of the server runs: CREATE ROLE renkei_service NOLOGIN; GRANT renkei_service TO %I;',
      current_user);
END $$;

CREATE FUNCTION grant_service_rights() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  one record;
BEGIN
  -- Rights are rows of the catalogue: two who set them at once would be in each other's way.
  PERFORM pg_advisory_xact_lock(hashtext('renkei.service_rights'));
  -- A table or function of their own could stand in for one that the owner's functions mean. Not every
  -- owner of tables owns the database: then this is its owner's to revoke.
  IF pg_has_role((SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE') THEN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, renkei_service', current_database());
  END IF;
  IF pg_has_role((SELECT nspowner FROM pg_namespace WHERE nspname = 'public'), 'USAGE') THEN
    REVOKE CREATE ON SCHEMA public FROM PUBLIC, renkei_service;
  END IF;
  GRANT USAGE ON SCHEMA public TO renkei_service;
  FOR one IN SELECT c.oid::regclass AS name, c.relispartition AS is_part, EXISTS (
      SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid = 'refuse_change'::regproc
    ) AS append_only
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM renkei_service', one.name);
    -- Months of the audit trail are reached through it, its heads by its trigger alone.
    CONTINUE WHEN one.is_part OR one.name = 'audit_heads'::regclass;
    EXECUTE format('GRANT %s ON %s TO renkei_service', CASE
      WHEN one.name::text LIKE 'schema_migrations%' THEN 'SELECT'
      WHEN one.append_only THEN 'SELECT, INSERT'
      ELSE 'SELECT, INSERT, UPDATE, DELETE' END, one.name);
  END LOOP;
  GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO renkei_service;
  GRANT EXECUTE ON FUNCTION make_audit_partitions(integer) TO renkei_service;
END $$;
REVOKE ALL ON FUNCTION grant_service_rights() FROM PUBLIC;

-- BullMQ makes its tables itself, later, and changes them with its version: what comes into its
-- schema is the services' to use.
CREATE SCHEMA IF NOT EXISTS bullmq;
GRANT USAGE ON SCHEMA bullmq TO renkei_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA bullmq TO renkei_service;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA bullmq TO renkei_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA bullmq
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO renkei_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA bullmq
  GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO renkei_service;
