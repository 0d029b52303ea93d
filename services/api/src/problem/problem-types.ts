// Every kind of refusal that the API gives, as one table. The slug is the end of the problem's
// `type` URL and never changes; the page behind that URL is made from the same row.

export const problemTypes = {
  'invalid-json': {
    status: 400,
    title: 'The body is not acceptable JSON',
    titleJa: '本文のJSONが受理できません',
    remedy:
      'Send one JSON document (RFC 8259) in UTF-8, without duplicate member names, without NUL or lone surrogates, and not nested deeper than the limit. `errors[0].detail` says where it goes wrong.',
  },
  'invalid-report': {
    status: 422,
    title: 'The report breaks the contract',
    titleJa: '報告が共通様式に適合しません',
    remedy:
      'Every fault is listed in `errors` with its JSON Pointer, the rule, and what would be right. Nothing was stored. `POST /v1/reports/validate` checks without storing.',
  },
  'invalid-request': {
    status: 400,
    title: 'A parameter or header is not usable',
    titleJa: 'パラメータまたはヘッダーが不正です',
    remedy: '`errors` names each parameter or header, the rule and what would be right.',
  },
  'invalid-subscription': {
    status: 422,
    title: 'The subscription breaks the contract',
    titleJa: '購読の指定が様式に適合しません',
    remedy: 'Every fault is listed in `errors`. Nothing was stored.',
  },
  'invalid-replay': {
    status: 422,
    title: 'The replay is not described as it must be',
    titleJa: '再送の指定が様式に適合しません',
    remedy: 'Every fault is listed in `errors`. Nothing was stored.',
  },
  'invalid-register-entry': {
    status: 422,
    title: 'The entry of the register breaks the contract',
    titleJa: '組織または連絡先の内容が様式に適合しません',
    remedy:
      'Every fault is listed in `errors`, in an import with `row` and `field`. Nothing was stored. An import with `dryRun=true` checks without storing.',
  },
  'invalid-agreement': {
    status: 422,
    title: 'The agreement breaks the contract',
    titleJa: '取決めの内容が様式に適合しません',
    remedy: 'Every fault is listed in `errors`. Nothing was stored.',
  },
  'invalid-acknowledgement': {
    status: 422,
    title: 'The acknowledgement breaks the contract',
    titleJa: '受領確認が共通様式に適合しません',
    remedy:
      'Every fault is listed in `errors`. Send `revision` and `kind`; `answer` with `assessed` and only there; `by` and `remark` each in one line.',
  },
  'invalid-credential': {
    status: 422,
    title: 'The key is not described as it must be',
    titleJa: 'キーの指定が正しくありません',
    remedy: 'Every fault is listed in `errors`. Nothing was stored.',
  },
  'credential-conflict': {
    status: 409,
    title: 'The key cannot be changed in this way now',
    titleJa: 'このキーは現在このように変更できません',
    remedy: '`detail` says what stands in the way, and what to do first.',
  },
  unauthenticated: {
    status: 401,
    title: 'No usable API key',
    titleJa: 'APIキーが無効です',
    remedy:
      'Send `Authorization: Bearer rk_…` with a live key of your organisation, signed and with the client certificate where the key asks for them. The answer does not tell what was wrong; the operator finds it by the `requestId`.',
  },
  forbidden: {
    status: 403,
    title: 'The key does not allow this',
    titleJa: 'このキーでは許可されていません',
    remedy:
      '`detail` names the scope that is needed. A key of your own organisation with the scope `admin` makes a key with it: `POST /v1/keys`. The first key of an organisation is made by the operator, with `npm run keys`.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here for you',
    titleJa: '該当するものがありません',
    remedy:
      'The address is wrong, the object does not exist, or your organisation may not know of it; the answer is the same on purpose.',
  },
  'own-report': {
    status: 409,
    title: 'The report is your own',
    titleJa: '自組織の報告です',
    remedy:
      'Those whom a report was sent to acknowledge it. `GET` at the same address shows who has.',
  },
  'idempotency-conflict': {
    status: 409,
    title: 'The idempotency key was used with another body',
    titleJa: '冪等キーが別の内容で使用済みです',
    remedy:
      'A key belongs to one request, byte for byte. Take a new key for a new request; repeat the first body to get the first answer.',
  },
  'transition-refused': {
    status: 409,
    title: 'The state cannot follow the present one',
    titleJa: '現在の状態からこの状態へは移行できません',
    remedy:
      '`allowed` lists the states that may follow, by your word. A closed report is not reopened: post a new one and relate it. An agreement that is over is not taken up again: propose a new one.',
  },
  'changed-meanwhile': {
    status: 412,
    title: 'It was changed since it was read',
    titleJa: '読み取り後に変更されています',
    remedy:
      'Somebody changed it meanwhile. Read it again, decide anew, and send yours with its present ETag as `If-Match`. Of a report `currentRevision` says which revision is current.',
  },
  'precondition-required': {
    status: 428,
    title: 'If-Match is needed',
    titleJa: 'If-Matchが必要です',
    remedy:
      'Send `If-Match: "<revision>"` with the revision that yours replaces; it is the ETag of what is changed.',
  },
  'too-large': {
    status: 413,
    title: 'The body is larger than the limit',
    titleJa: '本文が上限を超えています',
    remedy:
      '`limitBytes` names the limit. Leave out what the contract has no field for, or send attachments by reference.',
  },
  'url-too-long': {
    status: 414,
    title: 'The address is longer than the limit',
    titleJa: 'URLが上限を超えています',
    remedy: '`limitBytes` names the limit. Ask for less at a time: fewer values in one query.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are larger than the limit',
    titleJa: 'ヘッダーが上限を超えています',
    remedy: 'Send fewer or shorter headers; Renkei needs no cookies.',
  },
  'too-slow': {
    status: 408,
    title: 'The request did not arrive in time',
    titleJa: '要求の受信が制限時間内に完了しませんでした',
    remedy:
      'Send the whole request at once; try again with the same idempotency key. Nothing was stored.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is declared as a type that is not taken here',
    titleJa: 'このContent-Typeには対応していません',
    remedy:
      '`detail` says what the address takes: `Content-Type: application/json`, for an import of contacts `text/csv` too.',
  },
  'endpoint-not-verified': {
    status: 409,
    title: 'The endpoint has not answered its challenge',
    titleJa: '宛先の確認が済んでいません',
    remedy:
      'The endpoint must answer the verification event with status 200 and `{"challenge": "<the same>"}`; then call `POST /v1/subscriptions/{id}/verify`.',
  },
  'email-not-set-up': {
    status: 409,
    title: 'There is no mail server',
    titleJa: '電子メールが設定されていません',
    remedy:
      'The operator sets `RENKEI_SMTP_URL` and starts the services again. Until then subscribe an endpoint, or read the feed.',
  },
  'not-by-email': {
    status: 409,
    title: 'Not for a subscription by e-mail',
    titleJa: '電子メールの購読では使えません',
    remedy:
      'Test events are for endpoints. That mails arrive is shown by the confirmation mail: `POST /v1/subscriptions/{id}/verify` sends it again while the address is not confirmed.',
  },
  'subscription-not-active': {
    status: 409,
    title: 'The subscription is not active',
    titleJa: '購読が有効ではありません',
    remedy:
      'Nothing is sent while a subscription is paused or not verified. Resume it with `PATCH` and `{"state": "active"}`, or verify it, and ask again.',
  },
  'replay-running': {
    status: 409,
    title: 'A replay of the subscription is running',
    titleJa: 'この購読の再送が進行中です',
    remedy:
      'A subscription has one replay at a time. `GET /v1/subscriptions/{id}/replays` shows how far it has come; `POST …/replays/{replayId}/cancel` ends it.',
  },
  'limit-reached': {
    status: 429,
    title: 'A limit of the organisation is reached',
    titleJa: '組織の上限に達しました',
    remedy: '`detail` names the limit. `Retry-After` says when to try again where time helps.',
  },
  'too-many-failures': {
    status: 429,
    title: 'Too many credentials from here were not right',
    titleJa: '認証の失敗が多すぎます',
    remedy:
      'Wait for `Retry-After`, and take the wrong key out of the system that sends it: each further series of failures locks its address for longer. A key that has worked from the same address goes on working meanwhile.',
  },
  overloaded: {
    status: 503,
    title: 'Renkei cannot take this now',
    titleJa: '現在受け付けられません',
    remedy:
      'Nothing was stored, unless you hear otherwise by repeating: try again after `Retry-After` with the same idempotency key. Reports of the highest level are refused last.',
  },
  internal: {
    status: 500,
    title: 'Something broke on our side',
    titleJa: '内部エラーが発生しました',
    remedy:
      'Try again with the same idempotency key; tell the operator the `requestId` if it stays.',
  },
} as const

export type ProblemSlug = keyof typeof problemTypes
