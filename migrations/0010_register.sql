-- The register of organisations and of whom to call there (連絡体制). Names, channels and remarks of
-- contacts are sealed: the checks refuse what does not look it.

ALTER TABLE organisations
  ADD COLUMN name_ja text CHECK (length(name_ja) BETWEEN 1 AND 200),
  ADD COLUMN codes jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(codes) = 'array'),
  ADD COLUMN revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();

CREATE TABLE contacts (
  contact_id uuid PRIMARY KEY,
  organisation_id text NOT NULL REFERENCES organisations,
  revision integer NOT NULL CHECK (revision >= 1),
  call_order integer NOT NULL CHECK (call_order BETWEEN 1 AND 1000),
  role text NOT NULL,
  tlp text NOT NULL,
  name text NOT NULL CHECK (name LIKE 'v1.%'),
  channels text NOT NULL CHECK (channels LIKE 'v1.%'),
  remark text CHECK (remark LIKE 'v1.%'),
  hours json NOT NULL,
  languages text[] NOT NULL CHECK (cardinality(languages) BETWEEN 1 AND 10),
  validity json,
  confirmed_at timestamptz NOT NULL,
  confirmed_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  -- Deferred: while an organisation reorders, two contacts may have one place for a moment.
  UNIQUE (organisation_id, call_order) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX contacts_by_confirmation ON contacts (confirmed_at);

-- What has been asked since the last confirmation. A row of an older confirmation counts for nothing.
CREATE TABLE confirmation_requests (
  contact_id uuid PRIMARY KEY REFERENCES contacts ON DELETE CASCADE,
  confirmed_at timestamptz NOT NULL,
  asked integer NOT NULL CHECK (asked >= 1),
  first_asked_at timestamptz NOT NULL
);
